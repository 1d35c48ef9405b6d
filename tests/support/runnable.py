"""``python -m tests.support.runnable NAME CODE …`` gives a person versions and bars; prints their places as JSON.

Each CODE is a name of ``tests.strategies.backtests.codes``.
"""

import json
import os
import sys

import django


def main(name: str, wanted: list[str]) -> dict[str, object]:
    from chat.models import Conversation
    from strategies.models import Dataset, Strategy
    from tests.strategies.backtests import codes
    from tests.strategies.backtests.conftest import make_dataset, make_version
    from trademe.accounts.models import User

    owner = User.objects.get(username=name)
    dataset = Dataset.objects.filter(key="waves").first() or make_dataset()
    made = []
    for code in wanted:
        conversation = Conversation.objects.create(owner=owner, title=code)
        strategy = Strategy.objects.create(owner=owner, conversation=conversation, name=f"{code} {conversation.pk}")
        version = make_version(strategy, getattr(codes, code))
        made.append({"strategy": strategy.pk, "version": version.number, "conversation": str(conversation.pk)})
    return {"dataset": dataset.key, "versions": made}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    django.setup()
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2:])))
