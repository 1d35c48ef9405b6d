"""Versions: numbered, recognised, named once."""

import pytest

from chat.models import Conversation
from strategies import edits
from strategies.models import Strategy, StrategyVersion
from strategies.sandbox import levels
from strategies.versions import InvalidCode, create_version, draft, sha256_of, tried
from tests.strategies.test_contract import GOOD
from trademe.accounts.models import User


def test_numbers_count_up_and_the_name_stays(owner: User, conversation: Conversation) -> None:
    codes = [GOOD, GOOD.replace("fast = 5", "fast = 6"), GOOD.replace("fast = 5", "fast = 7")]
    for place, code in enumerate(codes, 1):
        made = create_version(owner, conversation, draft(code, origin="builtin", name=f"Name {place}"))
        assert made.created
        assert made.version.number == place
    strategy = Strategy.objects.get()
    assert strategy.name == "Name 1"
    assert strategy.last_number == 3
    stored = StrategyVersion.objects.order_by("number")
    assert [version.code for version in stored] == codes
    assert [version.code_sha256 for version in stored] == [sha256_of(code) for code in codes]


def test_the_newest_code_again_gives_the_newest_version(owner: User, conversation: Conversation) -> None:
    first = create_version(owner, conversation, draft(GOOD, origin="builtin", name="A"))
    again = create_version(owner, conversation, draft(GOOD, origin="builtin", name="A"))
    assert not again.created
    assert again.version == first.version
    assert Strategy.objects.get().last_number == 1


def test_pain_validated_was_claimed_and_nothing_had_been_run(
    owner: User, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = draft(GOOD, origin="builtin", name="A")
    passed = create_version(owner, conversation, tried(made)).version
    assert (passed.run, passed.run_reason) == (StrategyVersion.Run.PASSED, "")
    assert {"run", "lookahead", "warmup"} <= {row["check"] for row in passed.validation["checked"]}
    assert passed.validation["not_checked"] == []

    monkeypatch.setattr(levels, "level", lambda: levels.off("no-bwrap", ""))
    stored = create_version(owner, None, tried(made)).version
    assert stored.run == StrategyVersion.Run.NOT_RUN
    assert "bubblewrap" in stored.run_reason
    assert [row["check"] for row in stored.validation["not_checked"]] == ["run", "lookahead", "warmup"]
    assert all(row["reason"] for row in stored.validation["not_checked"])
    assert all(row["ok"] for row in stored.validation["checked"])


def test_code_that_fails_its_trial_is_no_version() -> None:
    failing = GOOD.replace("def next(self):", "def next(self):\n        if len(self.data) == 500: 1 / 0\n", 1)
    with pytest.raises(InvalidCode) as refused:
        tried(draft(failing, origin="hand"))
    (finding,) = refused.value.findings
    assert finding.check == "run"
    assert "ZeroDivisionError" in finding.message
    assert failing.splitlines()[(finding.line or 0) - 1].strip() == "if len(self.data) == 500: 1 / 0"


def test_code_by_hand_is_checked_and_becomes_the_next_version(owner: User, conversation: Conversation) -> None:
    strategy = create_version(owner, conversation, draft(GOOD, origin="builtin", name="A")).version.strategy
    made = edits.add_version(strategy, GOOD.replace("fast = 5", "fast = 8").replace("\n", "\r\n"))
    assert (made.version.number, made.version.origin) == (2, StrategyVersion.Origin.HAND)
    with pytest.raises(InvalidCode):
        edits.add_version(strategy, "import os")
    assert StrategyVersion.objects.count() == 2


def test_names_are_unique_for_their_owner_only(owner: User, stranger: User) -> None:
    for user in (owner, owner, stranger):
        create_version(user, None, draft(GOOD, origin="builtin", name="A"))
    assert sorted(Strategy.objects.filter(owner=owner).values_list("name", flat=True)) == ["A", "A 2"]
    assert list(Strategy.objects.filter(owner=stranger).values_list("name", flat=True)) == ["A"]
