"""A downloaded file: comments and the version's own code, which runs elsewhere and gives the same trades there."""

import numpy as np
import pytest

from chat.models import Conversation
from strategies.contract import inspect
from strategies.download import RULE, file_of, filename
from strategies.engine.config import RunConfig
from strategies.models import StrategyVersion
from strategies.versions import create_version, draft
from tests.strategies.backtests.codes import CROSS
from tests.strategies.engine import oracle
from tests.strategies.engine.compare import answer
from tests.strategies.engine.random_cases import random_bars

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(conversation: Conversation) -> StrategyVersion:
    return create_version(conversation.owner, conversation, draft(CROSS, origin="hand", name="Golden\ncross")).version


def test_it_is_comments_and_the_code_byte_for_byte(version: StrategyVersion) -> None:
    text = file_of(version).decode()
    header, rest = text.split(RULE + "\n")[1:]
    assert rest == version.code
    assert all(line.startswith("#") for line in header.splitlines())
    assert version.code_sha256 in header
    assert f'runpy.run_path("{filename(version)}")["MaCross"]' in header
    assert inspect(text).ok


@oracle.needs_oracle
def test_it_runs_unchanged_under_backtesting_py_and_gives_the_same(version: StrategyVersion) -> None:
    bars = random_bars(np.random.default_rng(5), 400)
    (theirs,) = oracle.ask([oracle.job(file_of(version).decode(), bars, 100_000_000.0, 0.1)])
    assert "error" not in theirs, theirs
    config = RunConfig(cash=100_000_000.0, fee_pct=0.1, slippage_pct=0.0, pieces=1)
    ours = answer(version.code, bars, config)
    assert len(theirs["trades"]) > 3
    ours["trades"] = [trade[: len(theirs["trades"][0])] for trade in ours["trades"]]
    for part in ("trades", "open", "equity"):
        assert oracle.differences(ours[part], theirs[part], part) == []
