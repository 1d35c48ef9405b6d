"""P8: a version is a row that nothing changes, not even a query past the models."""

import pytest
from django.db import IntegrityError, transaction

from chat.models import Conversation
from strategies.models import Strategy, StrategyVersion
from trademe.accounts.models import User


@pytest.fixture
def version(owner: User, conversation: Conversation) -> StrategyVersion:
    strategy = Strategy.objects.create(owner=owner, conversation=conversation, name="Golden cross")
    return StrategyVersion.objects.create(
        strategy=strategy, number=1, code="pass", code_sha256="0" * 64, origin=StrategyVersion.Origin.BUILTIN
    )


@pytest.mark.parametrize("change", [{"code": "other"}, {"number": 7}, {"code_sha256": "1" * 64}])
def test_the_database_refuses_to_change_a_version(version: StrategyVersion, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StrategyVersion.objects.filter(pk=version.pk).update(**change)
    version.refresh_from_db()
    assert version.code == "pass"
    assert version.number == 1


def test_a_number_is_given_once(version: StrategyVersion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StrategyVersion.objects.create(
            strategy=version.strategy, number=1, code="x", code_sha256="2" * 64, origin=StrategyVersion.Origin.HAND
        )
