"""Pages of conversations: whole without a script, nobody else's, and as quick for a long history as for a short one."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chat.models import Conversation, JournalEntry, Message, Turn
from tests.support.rows import finish_turn
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    """A signed-in browser of the owner."""
    client.force_login(owner)
    return client


def url_of(conversation: Conversation) -> str:
    return reverse("chat:conversation", args=[conversation.pk])


def start_running(conversation: Conversation, *texts: str) -> Turn:
    """A turn in mid-reply, with its journal."""
    turn = Turn.objects.create(
        conversation=conversation,
        user=conversation.owner,
        request_id=uuid.uuid4(),
        command=Turn.Command.AI_CHAT,
        fields_sha256="0" * 64,
        reply_sequence=conversation.next_sequence,
        reply_parent=conversation.head,
        lease=int((timezone.now() + timedelta(hours=1)).timestamp() * 1000),
        last_seq=len(texts),
    )
    JournalEntry.objects.bulk_create(
        JournalEntry(turn=turn, seq=seq, text=text) for seq, text in enumerate(texts, start=1)
    )
    conversation.next_sequence += 1
    conversation.save()
    return turn


def test_the_whole_conversation_stands_in_the_page(page: Client, conversation: Conversation) -> None:
    turn = finish_turn(conversation)
    html = page.get(url_of(conversation)).content.decode()
    assert html.count("data-message-id=") == 2 + 3  # and three empty templates
    assert f'data-message-id="{turn.reply_id}" data-role="assistant" data-status="complete"' in html
    assert "On <strong>15m</strong> bars?" in html
    assert "data-turn-id" not in html.split("<template")[0]


def test_a_running_reply_shows_what_is_stored_of_it(page: Client, conversation: Conversation) -> None:
    finish_turn(conversation)
    turn = start_running(conversation, "Half a <b>", " reply")
    html = page.get(url_of(conversation)).content.decode()
    assert f'data-status="running" data-sequence="3" data-turn-id="{turn.pk}" data-seq="2"' in html
    assert "Half a &lt;b&gt; reply" in html


@pytest.mark.parametrize(
    ("status", "words", "can_continue"),
    [
        (Turn.Status.STOPPED, "You stopped this reply", True),
        (Turn.Status.TRUNCATED, "cut off before its end", True),
        (Turn.Status.INTERRUPTED, "The server stopped", True),
        (Turn.Status.FAILED, "The model did not answer in time. You can try again.", False),
    ],
)
def test_each_ending_is_said_with_what_can_be_done(
    page: Client, conversation: Conversation, status: str, words: str, can_continue: bool
) -> None:
    turn = finish_turn(conversation)
    Turn.objects.filter(pk=turn.pk).update(status=status, error_code="provider_timeout", error_retryable=True)
    Message.objects.filter(pk=turn.reply_id).update(status=status)
    html = page.get(url_of(conversation)).content.decode()
    assert words in html
    assert ('data-action="continue"' in html) is can_continue
    assert "Try again" in html


def test_the_number_of_queries_does_not_grow_with_the_history(page: Client, conversation: Conversation) -> None:
    finish_turn(conversation)
    page.get(url_of(conversation))  # once for what is cached
    with CaptureQueriesContext(
        connection,
    ) as short:
        page.get(url_of(conversation))
    for _ in range(40):
        finish_turn(conversation)
    with CaptureQueriesContext(connection) as long:
        response = page.get(url_of(conversation))
    assert len(long) == len(short)
    assert response.context["page"].has_older


def test_earlier_messages_are_pages(page: Client, conversation: Conversation) -> None:
    for number in range(30):
        finish_turn(conversation, asked=f"question {number}", reply=f"answer {number}")
    newest = page.get(url_of(conversation)).content.decode()
    assert "question 29" in newest
    assert "question 4<" not in newest
    match = re.search(r"\?before=(\d+)", newest)
    assert match is not None
    older = page.get(url_of(conversation) + match.group(0)).content.decode()
    assert "question 4<" in older
    assert "question 29" not in older.split("transcript-inner")[1]
    assert "?before=" not in older


def test_siblings_can_be_stepped_through(page: Client, conversation: Conversation) -> None:
    turn = finish_turn(conversation)
    first = Message.objects.get(pk=turn.reply_id)
    other = Message.objects.create(
        conversation=conversation, parent=first.parent, sequence=3, role=Message.Role.ASSISTANT, content="another"
    )
    html = page.get(url_of(conversation)).content.decode()
    assert "1 / 2" in html
    response = page.post(reverse("chat:branch", args=[conversation.pk]), {"message_id": other.pk})
    assert response["Location"] == f"{url_of(conversation)}#m-{other.pk}"
    html = page.get(url_of(conversation)).content.decode()
    assert "2 / 2" in html
    assert "another" in html
    assert "<strong>15m" not in html


def test_a_new_conversation_keeps_the_first_message_where_no_script_runs(page: Client, owner: User) -> None:
    response = page.post(reverse("chat:new"), {"kind": "strategy", "content": "  buy <low>\n"})
    conversation = Conversation.objects.get(owner=owner)
    assert response["Location"] == url_of(conversation)
    html = page.get(response["Location"]).content.decode()
    assert "  buy &lt;low&gt;\n</textarea>" in html
    finish_turn(conversation)
    page.get(url_of(conversation))
    assert "buy &lt;low&gt;" not in page.get(url_of(conversation)).content.decode().split("<textarea")[1]


def test_what_was_typed_survives_a_lost_sign_in_where_no_script_runs(client: Client, owner: User) -> None:
    """P6. Pain: sign-in lost together with the typed text."""
    refused = client.post("/chat/new/", {"kind": "strategy", "content": "half a thought"})
    assert refused.headers["Location"] == "/accounts/login/?next=/chat/new/"
    client.force_login(owner)
    back = client.get("/chat/new/", follow=True)
    assert back.redirect_chain[-1][0] == "/chat/"
    assert ">half a thought</textarea>" in back.content.decode()
    client.post("/chat/new/", {"kind": "strategy", "content": "half a thought"})
    assert ">half a thought</textarea>" not in client.get("/chat/").content.decode()


def test_a_carriage_return_of_a_running_reply_is_read_as_one(page: Client, conversation: Conversation) -> None:
    """P2: a reader of HTML takes a bare one for a line feed, and the page were no beginning of the final text."""
    start_running(conversation, "one\r\ntwo\rthree")
    html = page.get(f"/chat/{conversation.pk}/").content.decode()
    assert '<div class="prose prose-live">one&#13;\ntwo&#13;three</div>' in html


def test_a_form_sent_twice_makes_one_conversation(page: Client, owner: User) -> None:
    form = {"kind": "general", "id": str(uuid.uuid4())}
    assert page.post(reverse("chat:new"), form)["Location"] == page.post(reverse("chat:new"), form)["Location"]
    assert Conversation.objects.filter(owner=owner).count() == 1


def test_an_unknown_kind_makes_nothing(page: Client, owner: User) -> None:
    response = page.post(reverse("chat:new"), {"kind": "lottery", "content": "x"}, follow=True)
    assert "The conversation was not made" in response.content.decode()
    assert not Conversation.objects.filter(owner=owner).exists()


def test_the_list_is_searched_filtered_and_paged(page: Client, owner: User, conversation: Conversation) -> None:
    finish_turn(conversation, reply="mean reversion")
    Conversation.objects.create(owner=owner, title="Old idea", archived=True)
    for number in range(45):
        Conversation.objects.create(owner=owner, title=f"Idea {number}")
    url = reverse("chat:list")
    assert "Old idea" not in page.get(url).content.decode()
    assert "Old idea" in page.get(url, {"archived": "1"}).content.decode()
    found = page.get(url, {"search": "reversion"}).content.decode()
    assert "Golden cross" in found
    assert "Idea 1" not in found
    assert "?page=2" in page.get(url).content.decode()
    assert "?page=1" in page.get(url, {"page": "2"}).content.decode()
    assert page.get(url, {"page": "9" * 30}).status_code == 200
    assert page.get(url, {"search": "\x00"}).status_code == 200


def test_rename_pin_archive_and_delete(page: Client, conversation: Conversation) -> None:
    update = reverse("chat:update", args=[conversation.pk])
    page.post(update, {"title": " Silver cross "})
    page.post(update, {"pinned": "true"})
    page.post(update, {"archived": "true"})
    conversation.refresh_from_db()
    assert (conversation.title, conversation.pinned, conversation.archived) == ("Silver cross", True, True)
    page.post(update, {"archived": "false"})
    conversation.refresh_from_db()
    assert (conversation.title, conversation.archived) == ("Silver cross", False)
    delete = reverse("chat:delete", args=[conversation.pk])
    assert "stay in your library" in page.get(delete).content.decode()
    conversation.refresh_from_db()
    assert conversation.deleted_at is None
    page.post(delete)
    assert page.get(url_of(conversation)).status_code == 404


def test_one_message_comes_as_the_page_shows_it(page: Client, conversation: Conversation) -> None:
    turn = finish_turn(conversation)
    whole = page.get(url_of(conversation)).content.decode()
    single = page.get(reverse("chat:message", args=[turn.reply_id])).content.decode()
    assert single.strip() in whole
    assert (
        page.get(reverse("chat:message_html", args=[turn.reply_id])).content.decode().startswith('<div class="prose"')
    )


def test_the_plan_is_in_the_page_and_can_be_changed_by_hand(page: Client, conversation: Conversation) -> None:
    html = page.get(url_of(conversation)).content.decode()
    assert "data-spec-form" in html
    url = reverse("strategies:spec", args=[conversation.pk])
    form = {"revision": "0", "instrument": "BTC/USDT", "timeframe": "15m", "direction": "long", "stop_loss_pct": "2"}
    assert page.post(url, form)["Location"] == url_of(conversation)
    html = page.get(url_of(conversation)).content.decode()
    assert "15 minutes</dd>" in html
    assert "2 %</dd>" in html
    refused = page.post(url, {**form, "revision": "1", "stop_loss_pct": "900"}, headers={"X-Requested-With": "fetch"})
    assert refused.status_code == 422
    assert "errorlist" in refused.content.decode()
    stale = page.post(url, {**form, "stop_loss_pct": "3"}, headers={"X-Requested-With": "fetch"})
    assert stale.status_code == 422
    assert "changed meanwhile" in stale.content.decode()


def test_a_general_conversation_has_no_plan(page: Client, owner: User) -> None:
    conversation = Conversation.objects.create(owner=owner, kind=Conversation.Kind.GENERAL)
    assert "data-panel" not in page.get(url_of(conversation)).content.decode()


def test_no_page_breaks_the_content_security_policy(page: Client, conversation: Conversation) -> None:
    finish_turn(conversation)
    for url in (reverse("chat:list"), url_of(conversation), reverse("chat:delete", args=[conversation.pk])):
        response = page.get(url)
        html = response.content.decode()
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert not re.search(r"<[^>]+\sstyle=", html)
        assert not re.search(r"<[^>]+\son\w+=", html)
        assert not re.search(r"<script(?![^>]*\ssrc=)", html)
        assert not re.search(r'(?:src|href)="https?://', html)


ROUTES = ("conversation", "update", "delete", "branch")


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_conversation_is_nobody_elses(
    client: Client, stranger: User, conversation: Conversation, name: str, method: str
) -> None:
    url = reverse(f"chat:{name}", args=[conversation.pk])
    assert getattr(client, method)(url).status_code in (302, 405)
    client.force_login(stranger)
    assert getattr(client, method)(url).status_code in (404, 405)
    conversation.refresh_from_db()
    assert conversation.deleted_at is None


@pytest.mark.parametrize("name", ["message", "message_html"])
def test_a_message_is_nobody_elses(client: Client, stranger: User, conversation: Conversation, name: str) -> None:
    turn = finish_turn(conversation)
    url = reverse(f"chat:{name}", args=[turn.reply_id])
    assert client.get(url).status_code == 302
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_a_foreign_message_is_no_branch(page: Client, stranger: User, conversation: Conversation) -> None:
    foreign = finish_turn(Conversation.objects.create(owner=stranger))
    response = page.post(reverse("chat:branch", args=[conversation.pk]), {"message_id": foreign.reply_id})
    assert response.status_code == 404
