"""Strategies, versions and ledger rows for tests that read them."""

import hashlib
from decimal import Decimal

from chat.models import Conversation, Turn, UsageRecord
from strategies.models import Strategy, StrategyVersion

CODE = "from backtesting import Strategy\n"


def make_strategy(conversation: Conversation, versions: int = 1) -> Strategy:
    """A strategy of the conversation's owner, its versions made by the conversation's head."""
    strategy = Strategy.objects.create(
        owner=conversation.owner, conversation=conversation, name=f"Golden cross {conversation.pk}"
    )
    for _number in range(versions):
        add_version(strategy)
    return strategy


def add_version(strategy: Strategy) -> StrategyVersion:
    strategy.last_number += 1
    strategy.save()
    code = f"{CODE}# {strategy.last_number}\n"
    conversation = strategy.conversation
    return StrategyVersion.objects.create(
        strategy=strategy,
        number=strategy.last_number,
        code=code,
        code_sha256=hashlib.sha256(code.encode()).hexdigest(),
        message=conversation.head if conversation is not None else None,
        parameters={"fast": 5},
        indicators=[{"name": "SMA", "params": {"period": 5}}],
        validation={"checked": [], "not_checked": []},
        origin=StrategyVersion.Origin.BUILTIN,
    )


def bill(turn: Turn, cost: str | None = "0.25", attempt: int = 1) -> UsageRecord:
    """One settled model call of the turn; ``cost`` None is an unknown price."""
    return UsageRecord.objects.create(
        turn=turn,
        turn_uuid=turn.pk,
        conversation_uuid=turn.conversation_id,
        user=turn.user,
        user_number=turn.user_id,
        purpose="chat",
        attempt=attempt,
        provider="openai",
        model="gpt",
        state=UsageRecord.State.SETTLED,
        outcome="complete",
        input_tokens=100,
        output_tokens=20,
        cost_usd=None if cost is None else Decimal(cost),
        day=turn.started_at.date(),
    )
