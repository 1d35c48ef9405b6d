"""A strategy of the owner's with two versions that passed their checks, made by talk."""

import pytest
from django.test import Client

from chat.models import Conversation
from strategies.models import Strategy
from strategies.versions import create_version, draft
from tests.strategies.test_contract import GOOD
from tests.support.rows import finish_turn
from trademe.accounts.models import User

SECOND = GOOD.replace("fast = 5", "fast = 6  # 2..50: bars of the fast average")
PLAN = {
    "market": {"instrument": "BTC/USDT", "kind": "spot", "timeframe": "15m"},
    "indicators": [{"name": "SMA", "params": {"period": 5}}],
    "risk": {"stop_loss_pct": 2.0},
    "direction": "long",
}


@pytest.fixture
def strategy(conversation: Conversation) -> Strategy:
    finish_turn(conversation)
    conversation.refresh_from_db()
    for stop, code in ((2.0, GOOD), (3.0, SECOND)):
        plan = PLAN | {"risk": {"stop_loss_pct": stop}}
        create_version(
            conversation.owner,
            conversation,
            draft(code, origin="builtin", name="Golden cross", spec=plan),
            conversation.head,
        )
    return Strategy.objects.get()


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client
