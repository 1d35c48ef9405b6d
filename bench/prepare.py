"""``python -m bench.prepare COUNT TIMES``: signed-in people with a new conversation for each time; prints JSON."""

import json
import os
import sys

import django


def prepare(count: int, times: int) -> list[list[dict[str, str]]]:
    """``times`` sets of ``count`` sockets: the same people, other conversations."""
    from chat import conversations
    from chat.models import Conversation
    from tests.support.people import sign_in
    from trademe.accounts.models import User

    people = [sign_in(f"bench{number}") for number in range(count)]
    owners = User.objects.in_bulk([person["id"] for person in people])
    sets = []
    for time in range(times):
        visits = []
        for person in people:
            # plain talk: what is said goes to the model as it is
            owner = owners[int(person["id"])]
            conversation = conversations.create(owner, Conversation.Kind.GENERAL, title=f"Bench {time}")
            visits.append({"cookie": str(person["session"]), "path": f"/ws/chat/{conversation.pk}/"})
        sets.append(visits)
    return sets


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    django.setup()
    json.dump(prepare(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
