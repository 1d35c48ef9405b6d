"""REST of specs, strategies and versions."""

from typing import Any
from uuid import uuid4

import pytest

from chat.models import Conversation
from strategies.models import Strategy, StrategySpec, StrategyVersion
from tests.support.library import add_version, make_strategy
from tests.support.rest import Api
from tests.support.rows import finish_turn
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

SPEC: dict[str, Any] = {
    "market": {"instrument": "BTC/USDT", "kind": "spot", "timeframe": "15m"},
    "entry": {
        "op": "cross_above",
        "left": {"name": "SMA", "params": {"period": 5}},
        "right": {"name": "SMA", "params": {"period": 10}},
    },
    "exit": {
        "op": "cross_below",
        "left": {"name": "SMA", "params": {"period": 5}},
        "right": {"name": "SMA", "params": {"period": 10}},
    },
    "risk": {"stop_loss_pct": 2.0, "position_pct": 50.0},
    "direction": "long",
}
CODE = """import talib
from backtesting import Strategy
from backtesting.lib import crossover


class MaCross(Strategy):
    fast = 5
    slow = 10

    def init(self):
        self.fast_ma = self.I(talib.SMA, self.data.Close, self.fast)
        self.slow_ma = self.I(talib.SMA, self.data.Close, self.slow)

    def next(self):
        if crossover(self.fast_ma, self.slow_ma):
            self.buy(size=0.5)
"""
VERSION_FIELDS = {
    "strategy",
    "number",
    "code",
    "code_sha256",
    "message",
    "parameters",
    "indicators",
    "validation",
    "run",
    "run_reason",
    "origin",
    "based_on",
    "created_at",
}


@pytest.fixture
def api(owner: User) -> Api:
    return Api(owner)


@pytest.fixture
def strangers_api(stranger: User) -> Api:
    return Api(stranger)


@pytest.fixture
def strategy(conversation: Conversation) -> Strategy:
    finish_turn(conversation)
    return make_strategy(conversation)


def spec_of(conversation: Conversation) -> str:
    return f"/api/conversations/{conversation.pk}/spec/"


def versions_of(strategy: Strategy) -> str:
    return f"/api/strategies/{strategy.pk}/versions/"


# --- strategies and versions --------------------------------------------------------------------------------------


def test_it_works(api: Api, strategy: Strategy, conversation: Conversation) -> None:
    page = api.get("/api/strategies/").json()
    assert set(page) == {"next", "previous", "results"}
    [only] = page["results"]
    assert only["id"] == strategy.pk
    assert only["conversation"] == str(conversation.pk)
    assert api.get(f"/api/strategies/{strategy.pk}/").json() == only
    [version] = api.get(versions_of(strategy)).json()["results"]
    assert set(version) == VERSION_FIELDS
    assert version["message"] == str(conversation.head_id)
    assert api.get(f"{versions_of(strategy)}1/").json() == version


def test_versions_are_listed_newest_first_each_with_its_code(api: Api, strategy: Strategy) -> None:
    for _number in range(4):
        add_version(strategy)
    rows = api.all_pages(versions_of(strategy), limit=2)
    assert [row["number"] for row in rows] == [5, 4, 3, 2, 1]
    assert len({row["code_sha256"] for row in rows}) == 5
    for row in rows:
        assert api.get(f"{versions_of(strategy)}{row['number']}/").json()["code"] == row["code"]


def test_a_message_names_its_versions(api: Api, strategy: Strategy, conversation: Conversation) -> None:
    rows = api.all_pages(f"/api/conversations/{conversation.pk}/messages/")
    url = f"/strategies/{strategy.pk}/versions/1/"
    assert rows[-1]["versions"] == [{"strategy_id": strategy.pk, "number": 1, "url": url}]
    assert rows[0]["versions"] == []


def test_code_edited_by_hand_is_the_next_version(api: Api, strategy: Strategy) -> None:
    answer = api.post(versions_of(strategy), {"code": CODE})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["number"], made["origin"], made["message"]) == (2, "hand", None)
    assert made["code"] == CODE
    assert made["parameters"] == {"fast": 5, "slow": 10}
    assert all(row["ok"] for row in made["validation"]["checked"])
    assert made["run"] == "passed"
    again = api.post(versions_of(strategy), {"code": CODE})
    assert (again.status_code, again.json()) == (200, made)
    assert StrategyVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("code", "check", "line"),
    [
        ("import os\n" + CODE, "imports", 1),
        (CODE + ")", "syntax", 17),
        ("x = 1\n", "structure", None),
    ],
)
def test_invalid_code_is_refused_by_line(api: Api, strategy: Strategy, code: str, check: str, line: int | None) -> None:
    answer = api.post(versions_of(strategy), {"code": code})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_code"
    finding = answer.json()["fields"]["code"][0]
    assert (finding["check"], finding["line"]) == (check, line)
    assert finding["message"]
    assert StrategyVersion.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": "\x00"}, {"code": "x" * 300_000}, []])
def test_what_is_no_code_is_refused(api: Api, strategy: Strategy, body: Any) -> None:
    answer = api.post(versions_of(strategy), body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_versions_stay_when_their_conversation_goes(api: Api, strategy: Strategy, conversation: Conversation) -> None:
    api.delete(f"/api/conversations/{conversation.pk}/")
    assert api.get(f"{versions_of(strategy)}1/").status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_version_never_changes(api: Api, strategy: Strategy, method: str) -> None:
    answer = getattr(api.client, method)(f"{versions_of(strategy)}1/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("route", ["", "versions/", "versions/1/"])
def test_who_may_see_a_strategy(api: Api, strangers_api: Api, strategy: Strategy, route: str) -> None:
    path = f"/api/strategies/{strategy.pk}/{route}"
    assert api.get(path).status_code == 200
    assert strangers_api.get(path).status_code == 404
    assert Api().get(path).status_code == 401
    assert strangers_api.get("/api/strategies/").json()["results"] == []


def test_a_stranger_adds_no_version(strangers_api: Api, strategy: Strategy) -> None:
    assert strangers_api.post(versions_of(strategy), {"code": CODE}).status_code == 404
    assert Api().post(versions_of(strategy), {"code": CODE}).status_code == 401
    assert StrategyVersion.objects.count() == 1


@pytest.mark.parametrize("path", ["999999/", "99999999999999999999999/", "1/versions/99999999999999999999999/"])
def test_what_is_not_there_is_not_found(api: Api, strategy: Strategy, path: str) -> None:
    assert api.get(f"/api/strategies/{path}").status_code == 404


def test_no_list_grows_in_queries(
    api: Api, owner: User, strategy: Strategy, django_assert_max_num_queries: Any
) -> None:
    for _number in range(20):
        add_version(strategy)
        make_strategy(Conversation.objects.create(owner=owner))
    for path in ("/api/strategies/", versions_of(strategy)):
        with django_assert_max_num_queries(4):
            assert api.get(path, limit=200).status_code == 200


# --- the spec -----------------------------------------------------------------------------------------------------


def test_an_empty_spec_asks_for_everything(api: Api, conversation: Conversation) -> None:
    state = api.get(spec_of(conversation)).json()
    assert set(state) == {"spec", "revision", "scores", "overall", "missing", "ready"}
    assert (state["revision"], state["ready"]) == (0, False)
    assert set(state["scores"]) == {"trading_logic", "risk_management", "technical_parameters", "market_context"}
    assert state["missing"]


def test_a_spec_set_by_hand_is_kept_and_scored(api: Api, conversation: Conversation) -> None:
    rev = conversation.rev
    answer = api.patch(spec_of(conversation), {"spec": SPEC, "revision": 0})
    assert answer.status_code == 200
    state = answer.json()
    assert (state["revision"], state["ready"]) == (1, True)
    assert state["overall"] >= 0.7
    assert state["spec"]["market"] == SPEC["market"]
    assert state["spec"]["risk"]["stop_loss_pct"] == 2.0
    assert api.get(spec_of(conversation)).json() == state
    conversation.refresh_from_db()
    assert conversation.state == Conversation.State.READY
    assert conversation.rev > rev, "other tabs are told"
    stored = StrategySpec.objects.get()
    assert stored.origin == StrategySpec.Origin.PERSON
    assert stored.sources["market.timeframe"]["by"] == "person"


def test_a_spec_that_lost_its_entry_is_no_longer_ready(api: Api, conversation: Conversation) -> None:
    api.patch(spec_of(conversation), {"spec": SPEC, "revision": 0})
    state = api.patch(spec_of(conversation), {"spec": {**SPEC, "entry": None}, "revision": 1}).json()
    assert (state["revision"], state["ready"]) == (2, False)
    conversation.refresh_from_db()
    assert conversation.state == Conversation.State.DISCUSSING


def test_a_stale_revision_changes_nothing(api: Api, conversation: Conversation) -> None:
    api.patch(spec_of(conversation), {"spec": SPEC, "revision": 0})
    answer = api.patch(spec_of(conversation), {"spec": {**SPEC, "direction": "short"}, "revision": 0})
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_revision")
    assert api.get(spec_of(conversation)).json()["spec"]["direction"] == "long"
    assert StrategySpec.objects.count() == 1


def test_the_same_spec_again_is_no_new_revision(api: Api, conversation: Conversation) -> None:
    api.patch(spec_of(conversation), {"spec": SPEC, "revision": 0})
    answer = api.patch(spec_of(conversation), {"spec": SPEC, "revision": 1})
    assert (answer.status_code, answer.json()["revision"]) == (200, 1)


def test_a_spec_in_generation_waits(api: Api, conversation: Conversation) -> None:
    api.patch(spec_of(conversation), {"spec": SPEC, "revision": 0})
    Conversation.objects.update(state=Conversation.State.GENERATING)
    answer = api.patch(spec_of(conversation), {"spec": {**SPEC, "direction": "short"}, "revision": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "busy")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"market": {"timeframe": "7m"}}, "spec.market.timeframe"),
        ({"colour": "red"}, "spec.colour"),
        ({"risk": {"stop_loss_pct": -1}}, "spec.risk.stop_loss_pct"),
        ({"risk": {"stop_loss_pct": "much"}}, "spec.risk.stop_loss_pct"),
        ({"direction": "up"}, "spec.direction"),
    ],
)
def test_a_wrong_spec_is_named_by_path(api: Api, conversation: Conversation, spec: Any, field: str) -> None:
    answer = api.patch(spec_of(conversation), {"spec": spec, "revision": 0})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert field in answer.json()["fields"]
    assert not StrategySpec.objects.exists()


@pytest.mark.parametrize("body", [{}, {"spec": []}, {"spec": {}, "revision": "x"}, {"spec": {}, "revision": 2**40}, []])
def test_what_is_no_spec_is_refused(api: Api, conversation: Conversation, body: Any) -> None:
    answer = api.patch(spec_of(conversation), body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_plain_talk_has_no_spec(api: Api, owner: User) -> None:
    talk = Conversation.objects.create(owner=owner, kind=Conversation.Kind.GENERAL)
    assert api.get(spec_of(talk)).status_code == 404
    assert api.patch(spec_of(talk), {"spec": SPEC, "revision": 0}).status_code == 404


def test_who_may_see_and_change_a_spec(strangers_api: Api, conversation: Conversation) -> None:
    body = {"spec": SPEC, "revision": 0}
    assert strangers_api.get(spec_of(conversation)).status_code == 404
    assert strangers_api.patch(spec_of(conversation), body).status_code == 404
    assert Api().patch(spec_of(conversation), body).status_code == 401
    assert strangers_api.get(f"/api/conversations/{uuid4()}/spec/").status_code == 404
    assert not StrategySpec.objects.exists()
