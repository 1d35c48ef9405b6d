"""``python -m bench.prepare NAME …``: for each name a signed-in user with one conversation; prints JSON."""

import json
import os
import sys

import django


def prepare(name: str) -> dict[str, str]:
    from chat import conversations
    from chat.models import Conversation
    from tests.support.people import sign_in
    from trademe.accounts.models import User

    person = sign_in(name)
    # plain talk: what is said goes to the model as it is
    conversation = conversations.create(User.objects.get(pk=person["id"]), Conversation.Kind.GENERAL, title=name)
    return {"cookie": str(person["session"]), "path": f"/ws/chat/{conversation.pk}/"}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    django.setup()
    json.dump([prepare(name) for name in sys.argv[1:]], sys.stdout)
