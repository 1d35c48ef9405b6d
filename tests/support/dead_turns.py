"""``python -m tests.support.dead_turns N`` leaves N turns behind as a server that died in the middle of its replies."""

import os
import sys
import uuid

import django


def leave(count: int) -> None:
    from django.db.models import F

    from chat.models import Conversation, Turn
    from tests.chat.turn_rows import Reply, started, talk
    from trademe.accounts.models import User

    owner, _made = User.objects.get_or_create(username="trader")
    for number in range(count):
        conversation = talk(owner)
        Conversation.objects.filter(pk=conversation.pk).update(title=f"dead {number}")
        request = uuid.uuid5(uuid.NAMESPACE_OID, f"request {number}")
        turn = started(conversation, f"question {number}", request_id=request)
        Reply(turn).append(f"what was shown of {number}, ", "止损二点五")
    Turn.objects.update(lease=F("lease") - 1_000_000)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    django.setup()
    leave(int(sys.argv[1]))
