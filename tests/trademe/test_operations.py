"""The operator's own pages: transcript, export, costs and integrity, for each role, in a bounded number of queries."""

import hashlib
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat import recovery
from chat.models import Conversation, JournalEntry, Message, Turn, UsageRecord
from tests.support.library import bill, make_strategy
from tests.support.rows import finish_turn
from trademe.accounts.models import User
from trademe.operations import costs, exports
from trademe.operations.integrity_pages import QUESTIONS
from trademe.operations.models import AccessRecord

CONVERSATIONS = "/admin/chat/conversation/"
COSTS, INTEGRITY, REPAIR = (
    "/admin/operations/costs/",
    "/admin/operations/integrity/",
    "/admin/operations/integrity/repair/",
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    def make(role: str) -> Client:
        client = Client()
        if role != "nobody":
            person = User.objects.create_user(
                f"the-{role}", is_staff=role != "trader", is_superuser=role == "superuser"
            )
            if role in ("operator", "support"):
                person.groups.add(Group.objects.get(name=role))
            client.force_login(person)
        return client

    return make


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "OBSERVE_SECONDS", 0.0)


def transcript(conversation: Conversation) -> str:
    return f"/admin/operations/transcripts/{conversation.pk}/"


def started_in(conversation: Conversation) -> Turn:
    return Turn.objects.create(
        conversation=conversation, user=conversation.owner, request_id=uuid.uuid4(), command="ai_chat",
        fields_sha256="", reply_sequence=conversation.next_sequence,
    )  # fmt: skip


def stuck(conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(state=Conversation.State.GENERATING)


@pytest.mark.parametrize(
    ("role", "transcript_is", "costs_is", "integrity_is", "repair_is"),
    [
        ("nobody", 302, 302, 302, 302),
        ("trader", 302, 302, 302, 302),
        ("staff", 403, 403, 403, 403),
        ("support", 403, 200, 200, 403),
        ("operator", 200, 200, 200, 403),
        ("superuser", 200, 200, 200, 302),
    ],
)
def test_each_role_opens_its_pages(
    sign_in: SignIn,
    conversation: Conversation,
    role: str,
    transcript_is: int,
    costs_is: int,
    integrity_is: int,
    repair_is: int,
) -> None:
    client = sign_in(role)
    stuck(conversation)
    assert client.get(transcript(conversation)).status_code == transcript_is
    assert client.post(f"{transcript(conversation)}export/").status_code == transcript_is
    assert client.get(COSTS).status_code == costs_is
    assert client.get("/admin/operations/costs.csv").status_code == costs_is
    assert client.get(INTEGRITY).status_code == integrity_is
    assert client.post(INTEGRITY).status_code == integrity_is
    posted = client.post(REPAIR, {"code": "generating-stuck", "conversation": str(conversation.pk)})
    assert posted.status_code == repair_is
    conversation.refresh_from_db()
    assert conversation.state == ("ready" if role == "superuser" else "generating")
    if role == "superuser":
        assert "/admin/operations/integrity/" in posted["Location"]


def test_a_transcript_shows_all_branches_and_is_written_down(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("operator")
    first = bill(finish_turn(conversation, asked="Where <b>to</b> begin?", reply="On **15m** bars?")).turn
    assert first is not None
    make_strategy(conversation)
    question = Message.objects.get(sequence=1)
    aside = Message.objects.create(
        conversation=conversation, parent=question, sequence=3, role="assistant", content="Another 止损 answer",
        status="interrupted",
    )  # fmt: skip
    page = client.get(transcript(conversation)).content.decode()
    assert "Where &lt;b&gt;to&lt;/b&gt; begin?" in page
    assert "<strong>15m</strong>" in page
    assert "Another 止损 answer" in page
    assert "branch 2 of 2" in page
    assert "not on the shown path" in page
    assert "Version 1" in page
    assert f"/admin/chat/turn/{first.pk}/change/" in page
    assert f"/admin/chat/message/{aside.pk}/change/" in page
    for place in ("<style", " style=", "onclick=", "<script>"):
        assert place not in page
    record = AccessRecord.objects.get()
    assert (record.action, record.owner_name, record.conversation_uuid) == ("read", "owner", conversation.pk)


def test_a_running_reply_is_read_from_the_journal(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("operator")
    turn = started_in(conversation)
    Turn.objects.filter(pk=turn.pk).update(last_seq=1)
    JournalEntry.objects.create(turn=turn, seq=1, text="So far <this>")
    assert "So far &lt;this&gt;" in client.get(transcript(conversation)).content.decode()
    refused = client.post(f"{transcript(conversation)}export/")
    assert refused.status_code == 409


def test_a_long_transcript_goes_on_and_grows_in_no_queries(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("operator")
    finish_turn(conversation)
    client.get(transcript(conversation))
    with CaptureQueriesContext(connection) as few:
        client.get(transcript(conversation))
    for _number in range(30):
        finish_turn(conversation)
    with CaptureQueriesContext(connection) as many:
        page = client.get(transcript(conversation))
    assert len(many) <= len(few) + 2
    assert "?after=50" in page.content.decode()
    rest = client.get(f"{transcript(conversation)}?after=50").content.decode()
    assert 'id="m-62"' in rest
    assert 'id="m-50"' not in rest
    for odd in ("x", "-1", "9" * 40, "²"):
        assert client.get(transcript(conversation), {"after": odd}).status_code == 200


def test_an_export_is_read_back_to_the_same_rows(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("operator")
    finish_turn(conversation)
    lines = client.post(f"{transcript(conversation)}export/", {"format": "jsonl"})
    assert lines.content.count(b"\n") >= 5
    text = client.post(f"{transcript(conversation)}export/", {"format": "markdown"}).content.decode()
    assert "Buy the golden cross" in text
    assert list(AccessRecord.objects.values_list("action", flat=True)) == ["export", "export"]
    assert client.get(f"{transcript(conversation)}export/").status_code == 405


def chosen(*conversations: Conversation, action: str = "export_as_lines") -> dict[str, object]:
    return {"action": action, "_selected_action": [str(conversation.pk) for conversation in conversations]}


def test_a_selection_is_exported_and_each_of_it_written_down(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("operator")
    finish_turn(conversation, asked="Buy 止损 once")
    other = Conversation.objects.create(owner=conversation.owner, title="Another")
    finish_turn(other, asked="Buy 止损 twice")
    unchosen = Conversation.objects.create(owner=conversation.owner, title="Not this one")
    page = client.post(CONVERSATIONS, chosen(conversation, other))
    assert page["Content-Disposition"] == 'attachment; filename="conversations.jsonl"'
    lines = page.content.decode().splitlines()
    assert sum('"type":"end"' in line for line in lines) == 2
    assert str(unchosen.pk) not in page.content.decode()
    logged = AccessRecord.objects.values_list("action", "conversation_uuid", "what")
    assert set(logged) == {("export", one.pk, "jsonl") for one in (conversation, other)}
    text = client.post(CONVERSATIONS, chosen(conversation, other, action="export_as_markdown")).content.decode()
    assert "Buy 止损 once" in text
    assert "Buy 止损 twice" in text


def test_a_selection_leaves_out_what_is_being_written(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("operator")
    other = Conversation.objects.create(owner=conversation.owner, title="Another")
    for one in (conversation, other):
        finish_turn(one)
    started_in(conversation)
    page = client.post(CONVERSATIONS, chosen(conversation, other))
    assert str(conversation.pk) not in page.content.decode()
    assert str(conversation.pk) in client.get(CONVERSATIONS).content.decode()
    none = client.post(CONVERSATIONS, chosen(conversation), follow=True)
    assert "a reply is being written there" in none.content.decode()
    assert AccessRecord.objects.count() == 1


def test_a_selection_that_no_page_holds_is_refused(
    sign_in: SignIn, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("operator")
    finish_turn(conversation)
    monkeypatch.setattr(exports, "MOST_BYTES", 100)
    page = client.post(CONVERSATIONS, chosen(conversation), follow=True)
    assert "Run export_conversations" in page.content.decode()
    assert client.post(f"{transcript(conversation)}export/").status_code == 413
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("role", ["support", "staff"])
def test_whoever_may_not_export_is_offered_no_export(sign_in: SignIn, conversation: Conversation, role: str) -> None:
    client = sign_in(role)
    finish_turn(conversation, asked="Buy 止损 once")
    page = client.post(CONVERSATIONS, chosen(conversation), follow=True)
    assert "止损" not in page.content.decode()
    assert "Content-Disposition" not in page
    assert "export_as_lines" not in client.get(CONVERSATIONS).content.decode()


@pytest.mark.parametrize(
    ("page", "mine"),
    [
        ("/admin/chat/conversation/?person=owner", 1),
        ("/admin/chat/conversation/?person=nobody", 0),
        ("/admin/chat/message/?person=owner", 2),
        ("/admin/chat/message/?person=nobody&role__exact=user", 0),
        ("/admin/chat/message/?by_model=gpt", 1),
        ("/admin/chat/message/?by_model=gp", 0),
        ("/admin/chat/turn/?person=owner&by_model=gpt", 1),
        ("/admin/chat/turn/?error=yes", 0),
        ("/admin/chat/usagerecord/?person=owner&by_model=gpt", 1),
        ("/admin/chat/usagerecord/?by_model=other", 0),
    ],
)
def test_lists_are_filtered_by_person_and_model(
    sign_in: SignIn, conversation: Conversation, stranger: User, page: str, mine: int
) -> None:
    for one in (conversation, Conversation.objects.create(owner=stranger)):
        bill(finish_turn(one))
    Message.objects.filter(role="assistant", conversation=conversation).update(model="gpt")
    Turn.objects.filter(conversation=conversation).update(model="gpt")
    UsageRecord.objects.filter(user=stranger).update(model="gpt-5-mini")
    for role in ("support", "operator"):
        answer = sign_in(role).get(page)
        assert answer.context["cl"].result_count == mine, answer.content.decode()
        assert 'class="operations-filter"' in answer.content.decode()


def test_a_typed_filter_keeps_the_rest_of_the_address(sign_in: SignIn) -> None:
    page = sign_in("operator").get("/admin/chat/message/?role__exact=user&q=x&person=%3Cb%3E").content.decode()
    assert page.count('<input type="hidden" name="role__exact" value="user">') == 3, "both filters and the search"
    assert page.count('<input type="hidden" name="q" value="x">') >= 2
    assert 'name="person" value="&lt;b&gt;"' in page
    assert '<input type="hidden" name="person" value="&lt;b&gt;">' in page, "the other filter keeps this one"


def test_a_message_leads_to_its_place_its_version_and_its_cost(sign_in: SignIn, conversation: Conversation) -> None:
    turn = finish_turn(conversation)
    version = make_strategy(conversation).versions.get()
    url = f"/admin/chat/message/{turn.reply_id}/change/"
    page = sign_in("operator").get(url).content.decode()
    assert f"{transcript(conversation)}?after=1" in page
    assert f"/admin/strategies/strategyversion/{version.pk}/change/" in page
    assert f"/admin/chat/usagerecord/?q={turn.pk}" in page
    assert f"/admin/chat/turn/{turn.pk}/change/" in page
    of_support = sign_in("support").get(url).content.decode()
    assert "strategyversion" not in of_support
    assert f"/admin/chat/usagerecord/?q={turn.pk}" in of_support


def test_the_integrity_view_answers_what_an_operator_asks(sign_in: SignIn, conversation: Conversation) -> None:
    """Announced but not stored: always 0, and seen where it is not."""
    client = sign_in("support")
    turn = finish_turn(conversation)
    page = client.post(INTEGRITY)
    before = dict(page.context["result"].sums)
    assert list(before.values())[:-1] == [0, 0, 0, 0]
    Message.objects.filter(pk=turn.reply_id).update(content="something else")
    sums = dict(client.post(INTEGRITY).context["result"].sums)
    assert sums == before | {"Announced but not stored": 1}
    codes = (Path(settings.BASE_DIR) / "docs" / "verification.md").read_text()
    for code in set().union(*QUESTIONS.values()):
        assert f"`{code}`" in codes


def test_costs_are_the_sums_of_the_ledger(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("support")
    turn = finish_turn(conversation)
    bill(turn, "0.25", 1)
    bill(turn, "0.50", 2)
    bill(turn, None, 3)
    today = timezone.now().date()
    total = costs.total(today, today)
    assert (total.calls, total.unpriced, total.cost_usd) == (3, 1, Decimal("0.75"))
    for by, key in (("day", today.isoformat()), ("person", "owner"), ("model", "openai:gpt"), ("purpose", "chat")):
        (row,) = costs.table(today, today, by)
        assert (row.key, row.calls, row.unpriced, row.cost_usd) == (key, 3, 1, Decimal("0.75"))
        page = client.get(COSTS, {"by": by}).content.decode()
        assert key in page
        assert "0.7500" in page
    assert page.count("<rect") == 1
    csv = client.get("/admin/operations/costs.csv", {"by": "person"}).content.decode().splitlines()
    assert csv[1].startswith("owner,3,1,300,60,0.75")


def test_an_unknown_price_is_never_nought(sign_in: SignIn, conversation: Conversation) -> None:
    bill(finish_turn(conversation), None)
    page = sign_in("support").get(COSTS).content.decode()
    assert "price unknown" in page
    assert "0.0000" not in page


@pytest.mark.parametrize(
    "asked", [{"from": "x"}, {"from": "2026-02-02", "to": "2026-01-01"}, {"by": "nose"}, {"from": "1000-01-01"}]
)
def test_a_range_that_makes_no_sense_is_said(sign_in: SignIn, asked: dict[str, str]) -> None:
    client = sign_in("support")
    assert client.get(COSTS, asked).status_code == 400
    assert client.get("/admin/operations/costs.csv", asked).status_code == 400


def test_what_is_off_is_found_repaired_and_written_down(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("superuser")
    assert "Nothing is off" in client.post(INTEGRITY).content.decode()
    stuck(conversation)
    page = client.post(INTEGRITY).content.decode()
    assert "generating-stuck" in page
    assert "Back to ready" in page
    asked = {"code": "generating-stuck", "conversation": str(conversation.pk)}
    assert "Repaired" in client.post(REPAIR, asked, follow=True).content.decode()
    assert "Nothing was changed" in client.post(REPAIR, asked, follow=True).content.decode()
    assert list(AccessRecord.objects.values_list("action", "what")) == [("repair", "generating-stuck")] * 2
    call_command("verify_chats")


def test_a_repair_looks_again(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("superuser")
    stuck(conversation)
    Turn.objects.create(
        conversation=conversation, user=conversation.owner, request_id=uuid.uuid4(), command="ai_chat",
        fields_sha256="", reply_sequence=1, lease=2**60,
    )  # fmt: skip
    client.post(REPAIR, {"code": "generating-stuck", "conversation": str(conversation.pk)})
    conversation.refresh_from_db()
    assert conversation.state == "generating"


def test_an_open_call_is_settled_by_estimate(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("superuser")
    record = bill(finish_turn(conversation))
    UsageRecord.objects.filter(pk=record.pk).update(state="open", cost_usd=None, settled_at=None)
    assert "Settle by estimate" in client.post(INTEGRITY, {"conversation": str(conversation.pk)}).content.decode()
    asked = {"code": "call-open", "conversation": str(conversation.pk), "turn": str(record.turn_uuid)}
    client.post(REPAIR, asked)
    record.refresh_from_db()
    assert record.state == "estimated"


def test_a_journal_is_deleted_only_when_its_reply_is_whole(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("superuser")
    turn = finish_turn(conversation)
    JournalEntry.objects.create(turn=turn, seq=1, text="On **15m** bars?")
    asked = {"code": "journal-left-over", "conversation": str(conversation.pk), "turn": str(turn.pk)}
    Message.objects.filter(pk=turn.reply_id).update(content="half")
    client.post(REPAIR, asked)
    assert JournalEntry.objects.count() == 1
    Message.objects.filter(pk=turn.reply_id).update(content="On **15m** bars?")
    client.post(REPAIR, asked)
    assert JournalEntry.objects.count() == 0


def test_a_dead_turn_is_ended(sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in("superuser")
    turn = Turn.objects.create(
        conversation=conversation, user=conversation.owner, request_id=uuid.uuid4(), command="ai_chat",
        fields_sha256="", reply_sequence=1, lease=1, digest=hashlib.sha256().hexdigest(),
    )  # fmt: skip
    Conversation.objects.filter(pk=conversation.pk).update(next_sequence=2)
    client.post(REPAIR, {"code": "turn-silent", "conversation": str(conversation.pk), "turn": str(turn.pk)})
    turn.refresh_from_db()
    assert turn.status == "interrupted"


@pytest.mark.parametrize(
    "asked", [{}, {"code": "call-open", "conversation": "x"}, {"code": "rm", "conversation": str(uuid.uuid4())}]
)
def test_nonsense_repairs_nothing(sign_in: SignIn, asked: dict[str, str]) -> None:
    assert sign_in("superuser").post(REPAIR, asked).status_code == 400
    assert not AccessRecord.objects.exists()
    assert sign_in("support").post(INTEGRITY, {"conversation": "x"}).status_code == 400 if not asked else True


@pytest.mark.parametrize("name", ["chat_conversation", "chat_message", "chat_turn"])
def test_newest_first_is_read_from_an_index(sign_in: SignIn, finished_turn: Turn, name: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a planner with statistics reads so few rows without an index")
    client = sign_in("superuser")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/admin/{name.replace('_', '/')}/")
    listed = [
        q["sql"] for q in captured if "ORDER BY" in q["sql"] and f'FROM "{name}"' in q["sql"] and " DESC" in q["sql"]
    ]
    assert listed
    for sql in listed:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = " ".join(str(row[3]) for row in cursor.fetchall())
        assert "_newest" in plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan
