"""The administration: everything is found and read, nothing of the record is changed, no list grows in queries."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chat.models import Conversation, Message, Turn, UsageRecord
from strategies.data import stocks
from strategies.data.storage import store
from strategies.models import Backtest, Dataset, Strategy, StrategySpec, StrategyVersion
from tests.support.library import bill, make_strategy
from tests.support.rows import finish_turn
from trademe.accounts.models import User

RECORDS = (
    "chat_conversation",
    "chat_message",
    "chat_turn",
    "chat_usagerecord",
    "chat_dailyspend",
    "strategies_strategy",
    "strategies_strategyversion",
    "strategies_strategyspec",
    "strategies_dataset",
    "strategies_backtest",
)
LISTS = (*RECORDS, "accounts_user")

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator", password="operator-password-1")


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def fill(owner: User, count: int) -> None:
    """``count`` conversations, each with a turn, a model call, a spec, a strategy, a version, a dataset and a run."""
    for number in range(count):
        conversation = Conversation.objects.create(owner=owner, title=f"Idea {number}")
        bill(finish_turn(conversation))
        version = make_strategy(conversation).versions.get()
        StrategySpec.objects.create(conversation=conversation, revision=1, spec={}, message=conversation.head)
        User.objects.create(username=f"person-{uuid4().hex}")
        dataset = Dataset(key=uuid4().hex, instrument="ALL", kind="stock", timeframe="1d", owner=owner)
        store(dataset, stocks.daily("FB"))
        Backtest.objects.create(version=version, owner=owner, dataset=dataset, cash=1e4, fee_pct=0.1, slippage_pct=0)


@pytest.mark.parametrize("name", LISTS)
def test_it_works(admin: Client, owner: User, name: str) -> None:
    fill(owner, 2)
    page = admin.get(reverse(f"admin:{name}_changelist"))
    assert page.status_code == 200
    policy = page["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    for place in ("<style", " style=", "onclick=", "<script>"):
        assert place not in page.content.decode(), "the policy would block it"


@pytest.mark.parametrize("name", LISTS)
def test_only_the_operator_comes_in(client: Client, owner: User, name: str) -> None:
    url = reverse(f"admin:{name}_changelist")
    assert client.get(url)["Location"].startswith("/admin/login/")
    client.force_login(owner)
    assert client.get(url).status_code == 302


def test_no_list_grows_in_queries(admin: Client, owner: User) -> None:
    def queries_by_list() -> dict[str, int]:
        return {name: _queries(lambda: admin.get(reverse(f"admin:{name}_changelist"))) for name in LISTS}  # noqa: B023

    fill(owner, 5)
    queries_by_list()
    few = queries_by_list()
    fill(owner, 45)
    assert queries_by_list() == few
    assert max(few.values()) < 15


def test_no_page_of_a_conversation_grows_in_queries(admin: Client, conversation: Conversation) -> None:
    url = reverse("admin:chat_conversation_change", args=[conversation.pk])
    finish_turn(conversation)
    admin.get(url)
    few = _queries(lambda: admin.get(url))
    for _number in range(20):
        finish_turn(conversation)
    assert _queries(lambda: admin.get(url)) == few


def test_a_conversation_shows_its_messages(admin: Client, conversation: Conversation) -> None:
    finish_turn(conversation, asked="Where <b>to</b> begin?", reply="x" * 5000)
    page = admin.get(reverse("admin:chat_conversation_change", args=[conversation.pk])).content.decode()
    assert "Where &lt;b&gt;to&lt;/b&gt; begin?" in page
    assert "x" * 5000 not in page
    assert "2 messages" in page
    linked = admin.get(f"{reverse('admin:chat_message_changelist')}?conversation__id__exact={conversation.pk}")
    assert linked.status_code == 200
    reply = Message.objects.get(role=Message.Role.ASSISTANT)
    whole = admin.get(reverse("admin:chat_message_change", args=[reply.pk])).content.decode()
    assert "x" * 5000 in whole


CHANGED = {
    "chat_conversation": Conversation,
    "chat_message": Message,
    "chat_turn": Turn,
    "chat_usagerecord": UsageRecord,
    "strategies_strategy": Strategy,
    "strategies_strategyversion": StrategyVersion,
    "strategies_strategyspec": StrategySpec,
    "strategies_dataset": Dataset,
    "strategies_backtest": Backtest,
}


def test_records_are_never_changed(admin: Client, owner: User) -> None:
    fill(owner, 1)
    for name, model in CHANGED.items():
        row = model._default_manager.get(pk__in=model._default_manager.values("pk")[:1])
        change = reverse(f"admin:{name}_change", args=[row.pk])
        chosen = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
        assert admin.get(reverse(f"admin:{name}_add")).status_code == 403
        assert admin.get(change).status_code == 200
        assert admin.post(change, {"title": "changed", "content": "changed"}).status_code == 403
        assert admin.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        admin.post(reverse(f"admin:{name}_changelist"), chosen)
        again = model._default_manager.filter(pk=row.pk).values().get()
        assert again == {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}


def test_a_person_with_conversations_is_switched_off_not_deleted(
    admin: Client, owner: User, conversation: Conversation
) -> None:
    finish_turn(conversation)
    delete = reverse("admin:accounts_user_delete", args=[owner.pk])
    admin.post(delete, {"post": "yes"})
    assert User.objects.filter(pk=owner.pk).exists()
    assert Message.objects.count() == 2


@pytest.mark.parametrize("name", LISTS)
def test_search_takes_anything(admin: Client, owner: User, name: str) -> None:
    fill(owner, 1)
    for words in ("golden", "not-a-uuid", str(uuid4()), "a\x00b", "' OR 1=1 --", "ü" * 300, "7c0e5b0e-5d64"):
        assert admin.get(reverse(f"admin:{name}_changelist"), {"q": words}).status_code == 200


def test_search_finds_by_id(admin: Client, owner: User) -> None:
    fill(owner, 3)
    turn = Turn.objects.first()
    assert turn is not None
    for name, wanted, found in (
        ("chat_conversation", turn.conversation_id, 1),
        ("chat_message", turn.conversation_id, 2),
        ("chat_turn", turn.pk, 1),
        ("chat_turn", turn.conversation_id, 1),
        ("chat_usagerecord", turn.pk, 1),
        ("chat_usagerecord", turn.conversation_id, 1),
        ("strategies_strategyversion", turn.reply_id, 1),
    ):
        page = admin.get(reverse(f"admin:{name}_changelist"), {"q": str(wanted)})
        assert page.context["cl"].result_count == found, name


@pytest.mark.parametrize("path", ["chat/conversation/garbage/change/", "chat/turn/1/change/", "chat/message/x/change/"])
def test_garbage_ids_are_no_error(admin: Client, path: str) -> None:
    assert admin.get(f"/admin/{path}").status_code == 302


def test_an_unknown_price_is_said(admin: Client, finished_turn: Turn) -> None:
    bill(finished_turn, cost=None)
    page = admin.get(reverse("admin:chat_usagerecord_changelist")).content.decode()
    assert "price unknown" in page


def test_nobodys_api_token_is_listed(admin: Client) -> None:
    assert "authtoken" not in admin.get("/admin/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_speaks_both_languages(admin: Client, owner: User, operator: User, language: str) -> None:
    operator.language = language
    operator.save()
    fill(owner, 1)
    for name in LISTS:
        assert admin.get(reverse(f"admin:{name}_changelist")).status_code == 200


def _queries(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        call()
    return len(captured)
