"""Images in messages: uploaded before, taken by the message in its transaction, served to nobody else."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from chat import changes, conversations, hooks
from chat.attachments import cleaning, sent, told, uploads
from chat.errors import Refused, RequestIdReused
from chat.history import read_past, tell
from chat.models import Attachment, AttachmentFile, Conversation, Message, Turn
from chat.protocol import AiChat, AiChatStart, Edit, FrameError, Regenerate, decode
from chat.providers.anthropic import AnthropicProvider
from chat.providers.base import ChatMessage, Image, ProviderRequest
from chat.providers.openai import OpenAIProvider
from chat.turns import Started, StartTurn
from tests.chat.writer_desk import DEADLINE, Desk
from tests.support import pictures, verification
from tests.support.rest import Api
from tests.support.rows import finish_turn
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

SEEING = "openai:gpt-5-mini"


@pytest.fixture(autouse=True)
def _a_model_that_sees(settings: Any) -> None:
    uploads._buckets.clear()
    settings.CONFIG = replace(settings.CONFIG, model=SEEING)


@pytest.fixture
def api(owner: User) -> Api:
    return Api(owner)


@pytest.fixture
def attachment(owner: User, conversation: Conversation) -> Attachment:
    return upload(owner, conversation)


def of(attachment: Attachment) -> Conversation:
    assert attachment.conversation is not None
    return attachment.conversation


def upload(owner: User, conversation: Conversation, data: bytes = b"", name: str = "chart.png") -> Attachment:
    return uploads.store(owner, conversation, SimpleUploadedFile(name, data or pictures.png()))


def post(api: Api, conversation: Conversation, data: bytes, name: str = "chart.png") -> Any:
    return api.client.post(
        f"/api/conversations/{conversation.pk}/attachments/", {"file": SimpleUploadedFile(name, data)}
    )


def stored() -> int:
    """How many images' bytes there are."""
    return AttachmentFile.objects.count()


# --- uploads ----------------------------------------------------------------------------------------------------------


def test_it_works(api: Api, conversation: Conversation) -> None:
    answer = post(api, conversation, pictures.photo_that_tells(), "My chart\u202e.jpg")
    assert answer.status_code == 201
    row = answer.json()
    assert (row["name"], row["media_type"], row["width"], row["height"]) == ("My chart.jpg", "image/jpeg", 200, 320)
    kept = Attachment.objects.get(pk=row["id"])
    assert (kept.owner, kept.message_id) == (conversation.owner, None)
    assert api.get(f"/api/attachments/{row['id']}/").json() == row


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"<svg/>", 415, "image_type"),
        (pictures.png()[:300], 400, "image_unreadable"),
        (pictures.bomb(9_000, 9_000), 400, "image_dimensions"),
        (b"\0" * (10 * 1024 * 1024 + 1), 413, "image_too_large"),
        (b"", 400, "invalid"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_nothing_is_kept(
    api: Api, conversation: Conversation, data: bytes, status: int, code: str
) -> None:
    answer = post(api, conversation, data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert isinstance(answer.json()["message"], str)
    assert not Attachment.objects.exists()
    assert stored() == 0


def test_only_forms_with_a_file_are_read(api: Api, conversation: Conversation) -> None:
    path = f"/api/conversations/{conversation.pk}/attachments/"
    assert api.post(path, {"file": "x"}).status_code == 415
    assert api.client.post(path, {"other": "x"}).json()["fields"].keys() == {"file"}


def test_uploads_need_a_sign_in_and_a_csrf_token(conversation: Conversation, owner: User) -> None:
    path = f"/api/conversations/{conversation.pk}/attachments/"
    assert Client().post(path, {"file": SimpleUploadedFile("a.png", pictures.png())}).status_code == 401
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(owner)
    assert careful.post(path, {"file": SimpleUploadedFile("a.png", pictures.png())}).status_code == 403
    assert not Attachment.objects.exists()


def test_a_person_has_a_quota(api: Api, conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    size = post(api, conversation, pictures.png()).json()["bytes"]
    monkeypatch.setattr(uploads, "QUOTA", int(size * 1.5))
    answer = post(api, conversation, pictures.png())
    assert (answer.status_code, answer.json()["code"]) == (409, "image_quota")
    assert stored() == 1


def test_uploads_have_a_rate(api: Api, conversation: Conversation, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, rate_limits=True)
    answers = [post(api, conversation, b"no image").status_code for _each in range(uploads.UPLOAD_BURST + 1)]
    assert set(answers[:-1]) == {415}
    assert answers[-1] == 429


def test_an_image_that_was_not_sent_can_be_taken_back(api: Api, attachment: Attachment) -> None:
    assert api.delete(f"/api/attachments/{attachment.pk}/").status_code == 204
    assert stored() == 0
    assert api.get(f"/api/attachments/{attachment.pk}/").status_code == 404


# --- before there is a conversation -----------------------------------------------------------------------------------


def post_new(api: Api, data: bytes = b"", name: str = "chart.png") -> Any:
    return api.client.post("/api/attachments/", {"file": SimpleUploadedFile(name, data or pictures.png())})


@pytest.mark.django_db(transaction=True)
def test_an_image_of_a_conversation_not_made_yet_is_the_persons_alone_and_then_its_first_messages(
    desk: Desk, api: Api, stranger: User, conversation: Conversation, client: Client
) -> None:
    row = post_new(api).json()
    strange = Api(stranger)
    assert api.get(f"/api/attachments/{row['id']}/").json() == row
    assert strange.get(f"/api/attachments/{row['id']}/").status_code == 404
    client.force_login(stranger)
    assert client.get(row["url"]).status_code == 404
    client.force_login(conversation.owner)
    assert client.get(row["url"]).status_code == 200
    turn = say(desk, conversation, UUID(row["id"]))
    end(turn)
    kept = Attachment.objects.get(pk=row["id"])
    assert (kept.message_id, kept.conversation_id) == (turn.user_message_id, conversation.pk)
    assert kept.file.conversation_id == conversation.pk
    assert findings() == []
    # from now on it is that conversation's as any other
    elsewhere = Conversation.objects.create(owner=conversation.owner)
    with pytest.raises(Refused) as refused:
        say(desk, elsewhere, kept.pk)
    assert refused.value.code == "attachment_gone"
    conversations.delete(conversation)
    assert client.get(row["url"]).status_code == 404
    assert stored() == 0


@pytest.mark.django_db(transaction=True)
def test_a_stranger_cannot_send_an_image_of_no_conversation(
    desk: Desk, api: Api, stranger: User, conversation: Conversation
) -> None:
    pk = UUID(post_new(Api(stranger)).json()["id"])
    with pytest.raises(Refused) as refused:
        say(desk, conversation, pk)
    assert refused.value.code == "attachment_gone"
    assert Attachment.objects.get(pk=pk).conversation_id is None
    assert not Message.objects.exists()


def test_what_is_uploaded_before_is_bounded_as_any_image(api: Api, settings: Any) -> None:
    assert (post_new(api, b"<svg/>").status_code, Client().post("/api/attachments/").status_code) == (415, 401)
    settings.CONFIG = replace(settings.CONFIG, rate_limits=True)
    assert {post_new(api, b"no image").status_code for _each in range(uploads.UPLOAD_BURST + 1)} == {415, 429}
    assert stored() == 0


def test_an_image_of_no_conversation_goes_after_a_day_or_when_it_is_taken_back(api: Api) -> None:
    first, second = (Attachment.objects.get(pk=post_new(api).json()["id"]) for _each in range(2))
    assert api.delete(f"/api/attachments/{first.pk}/").status_code == 204
    call_command("clean_attachments")
    assert list(Attachment.objects.all()) == [second]
    age(second)
    call_command("clean_attachments")
    assert stored() == 0


def test_a_browser_that_keeps_nothing_brings_text_and_images_to_the_conversations_page(
    api: Api, client: Client, owner: User, stranger: User
) -> None:
    images = [post_new(api, name=name).json()["id"] for name in ("one.png", "two.png")]
    foreign = post_new(Api(stranger), name="foreign.png").json()["id"]
    client.force_login(owner)
    form = {"kind": "strategy", "content": "Look", "images": ",".join([*reversed(images), foreign, "nonsense"])}
    html = client.post("/chat/new/", form, follow=True).content.decode()
    places = [html.index(f'data-image="{pk}"') for pk in reversed(images)]
    assert places == sorted(places)
    assert 'data-name="two.png"' in html
    assert "foreign.png" not in html
    assert ">Look</textarea>" in html
    conversation = Conversation.objects.get()
    finish_turn(conversation)
    html = client.get(f"/chat/{conversation.pk}/").content.decode()
    assert ">Look</textarea>" not in html, "it was sent"
    assert 'data-name="two.png"' not in html


# --- nobody else's ----------------------------------------------------------------------------------------------------


def test_the_image_is_served_to_its_owner_under_strict_headers(client: Client, attachment: Attachment) -> None:
    client.force_login(attachment.owner)
    answer = client.get(f"/chat/attachments/{attachment.pk}/")
    assert answer.content == bytes(attachment.file.data)
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith('inline; filename="')
    assert answer["Cache-Control"] == "private, no-cache"
    again = client.get(f"/chat/attachments/{attachment.pk}/", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_stranger_gets_nothing(attachment: Attachment, stranger: User, client: Client) -> None:
    strange = Api(stranger)
    path = f"/api/attachments/{attachment.pk}/"
    assert (strange.get(path).status_code, strange.delete(path).status_code) == (404, 404)
    assert post(strange, of(attachment), pictures.png()).status_code == 404
    assert client.get(f"/chat/attachments/{attachment.pk}/").status_code == 302, "signed out"
    client.force_login(stranger)
    assert client.get(f"/chat/attachments/{attachment.pk}/").status_code == 404
    assert stored() == 1


def test_a_deleted_conversation_takes_its_images_along(attachment: Attachment, client: Client) -> None:
    conversations.delete(of(attachment))
    client.force_login(attachment.owner)
    assert client.get(f"/chat/attachments/{attachment.pk}/").status_code == 404
    assert stored() == 0
    assert not Attachment.objects.exists()


# --- in a message -----------------------------------------------------------------------------------------------------


def put(desk: Desk, conversation: Conversation, command: Any) -> Turn:
    unit = StartTurn(conversation.pk, conversation.owner_id, command, "en", hooks.MessagePlan())
    [future] = desk.put(unit)
    started: Started = future.result(DEADLINE)
    return started.turn


def say(desk: Desk, conversation: Conversation, *images: UUID, request_id: UUID | None = None) -> Turn:
    return put(desk, conversation, AiChat(request_id=request_id or uuid4(), content="Look", attachments=images))


def end(turn: Turn) -> None:
    Turn.objects.filter(pk=turn.pk).update(status=Turn.Status.COMPLETE, ended_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_message_takes_its_images_in_their_order(desk: Desk, conversation: Conversation, owner: User) -> None:
    first, second = upload(owner, conversation, name="1.png"), upload(owner, conversation, name="2.png")
    turn = say(desk, conversation, second.pk, first.pk)
    assert turn.user_message_id is not None
    assert [image.name for image in sent.of_message(turn.user_message_id)] == ["2.png", "1.png"]
    news = changes.replay(conversation.pk, "en", turn.pk, only_end=False)[0]
    assert isinstance(news, AiChatStart)
    assert news.user_message is not None
    assert [image.id for image in news.user_message.attachments] == [str(second.pk), str(first.pk)]
    rows = Api(owner).get(f"/api/conversations/{conversation.pk}/messages/").json()["results"]
    assert [image["id"] for image in rows[0]["attachments"]] == [str(second.pk), str(first.pk)]


@pytest.mark.django_db(transaction=True)
def test_the_same_request_again_is_the_same_and_with_other_images_another(
    desk: Desk, conversation: Conversation, owner: User, attachment: Attachment
) -> None:
    request_id = uuid4()
    turn = say(desk, conversation, attachment.pk, request_id=request_id)
    assert say(desk, conversation, attachment.pk, request_id=request_id).pk == turn.pk
    with pytest.raises(RequestIdReused):
        say(desk, conversation, request_id=request_id)
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_not_there_for_this_conversation_starts_nothing(
    desk: Desk, conversation: Conversation, owner: User, stranger: User
) -> None:
    other = Conversation.objects.create(owner=owner)
    foreign = Conversation.objects.create(owner=stranger)
    for named in (uuid4(), upload(owner, other).pk, upload(stranger, foreign).pk):
        with pytest.raises(Refused) as refused:
            say(desk, conversation, named)
        assert refused.value.code == "attachment_gone"
    assert not Turn.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_edited_message_shows_the_same_image_as_a_row_of_its_own(
    desk: Desk, conversation: Conversation, attachment: Attachment
) -> None:
    turn = say(desk, conversation, attachment.pk)
    end(turn)
    assert turn.user_message_id is not None
    edit = Edit(request_id=uuid4(), message_id=turn.user_message_id, content="Again", attachments=(attachment.pk,))
    again = put(desk, conversation, edit)
    assert again.user_message_id is not None
    [before], [after] = sent.of_message(turn.user_message_id), sent.of_message(again.user_message_id)
    assert before.id != after.id
    assert Attachment.objects.values_list("file").distinct().count() == 1
    assert stored() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("setting", ["builtin", "openai:gpt-3.5-turbo"])
def test_a_model_that_takes_no_images_refuses_before_anything_starts(
    desk: Desk, conversation: Conversation, attachment: Attachment, settings: Any, setting: str
) -> None:
    turn = say(desk, conversation, attachment.pk)
    end(turn)
    Message.objects.create(
        pk=turn.reply_id, conversation=conversation, turn=turn, parent_id=turn.user_message_id, sequence=2,
        role=Message.Role.ASSISTANT,
    )  # fmt: skip
    settings.CONFIG = replace(settings.CONFIG, model=setting)
    new = upload(conversation.owner, conversation)
    for command in (
        AiChat(request_id=uuid4(), content="Look", attachments=(new.pk,)),
        Regenerate(request_id=uuid4(), message_id=turn.reply_id),
    ):
        with pytest.raises(Refused) as refused:
            put(desk, conversation, command)
        assert refused.value.code == "images_not_supported"
    assert Turn.objects.count() == 1
    new.refresh_from_db()
    assert new.message_id is None, "it can be sent to another model"


def test_a_sent_image_stays(api: Api, attachment: Attachment) -> None:
    turn = finish_turn(of(attachment))
    Attachment.objects.filter(pk=attachment.pk).update(message=turn.user_message)
    answer = api.delete(f"/api/attachments/{attachment.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "attachment_sent")
    assert stored() == 1


def test_the_page_shows_it_with_its_name_and_size(api: Api, attachment: Attachment, client: Client) -> None:
    turn = finish_turn(of(attachment))
    Attachment.objects.filter(pk=attachment.pk).update(message=turn.user_message)
    client.force_login(attachment.owner)
    html = client.get(f"/chat/{attachment.conversation_id}/").content.decode()
    assert f'src="/chat/attachments/{attachment.pk}/"' in html
    assert 'alt="Image “chart.png”" width="320" height="200"' in html


@pytest.mark.parametrize(
    ("attachments", "code"),
    [
        ([str(uuid4()) for _each in range(5)], "too_many_images"),
        ([str(UUID(int=1))] * 2, "bad_frame"),
        (["x"], "bad_frame"),
        ("x", "bad_frame"),
    ],
)
def test_frames_are_bounded(attachments: Any, code: str) -> None:
    frame = {"type": "ai_chat", "request_id": str(uuid4()), "content": "x", "attachments": attachments}
    with pytest.raises(FrameError) as refused:
        decode(json.dumps(frame))
    assert refused.value.code == code


# --- what the model is shown ------------------------------------------------------------------------------------------


@pytest.fixture
def asked(attachment: Attachment) -> Turn:
    """A turn whose message shows the image."""
    turn = finish_turn(of(attachment))
    Attachment.objects.filter(pk=attachment.pk).update(message=turn.user_message)
    turn.refresh_from_db()
    return turn


def test_a_model_that_takes_images_is_shown_them(asked: Turn, attachment: Attachment) -> None:
    asked.choice = SEEING
    [message] = tell(asked, read_past(asked))
    [image] = message.images
    assert image.media_type == "image/png"


def test_another_model_is_told_that_there_was_one(asked: Turn) -> None:
    asked.choice = "openai:gpt-3.5-turbo"
    [message] = tell(asked, read_past(asked))
    assert message.images == ()
    assert message.content.startswith(told.NOT_SHOWN)


def test_a_call_carries_the_newest_images_only(owner: User, conversation: Conversation) -> None:
    messages = [finish_turn(conversation).user_message for _each in range(3)]
    for message in messages:
        for place in range(4):
            image = upload(owner, conversation)
            Attachment.objects.filter(pk=image.pk).update(message=message, place=place)
    newest_first = [message.pk for message in reversed(messages) if message is not None]
    shown = told.images_of(newest_first, takes_images=True)
    assert [sum(image is not None for image in shown[pk]) for pk in newest_first] == [4, 4, 0]


def test_both_wire_formats_carry_images_beside_the_text() -> None:
    messages = (ChatMessage("user", "What is this?", (Image("image/png", "QUJD"),)), ChatMessage("assistant", "A line"))
    request = ProviderRequest("m", "", messages, 100, "chat", "en")
    openai = OpenAIProvider("http://localhost", "").body(request)["messages"]
    assert openai[0]["content"] == [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
        {"type": "text", "text": "What is this?"},
    ]
    anthropic = AnthropicProvider("http://localhost", "").body(request)["messages"]
    assert anthropic[0]["content"] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
        {"type": "text", "text": "What is this?"},
    ]
    assert openai[1]["content"] == anthropic[1]["content"] == "A line"
    assert "QUJD" not in repr(messages), "an image is in no log"


# --- cleaning and proof -----------------------------------------------------------------------------------------------


def age(attachment: Attachment) -> None:
    Attachment.objects.filter(pk=attachment.pk).update(created_at=timezone.now() - timedelta(days=2))


def test_images_never_sent_go_after_a_day(owner: User, conversation: Conversation, attachment: Attachment) -> None:
    age(attachment)
    newer = upload(owner, conversation)
    assert list(Attachment.objects.all()) == [newer], "at the next upload"
    age(newer)
    call_command("clean_attachments", "--dry-run")
    assert Attachment.objects.count() == 1
    call_command("clean_attachments")
    assert not Attachment.objects.exists()
    assert stored() == 0


def test_cleaning_never_takes_what_a_message_has_taken(asked: Turn, attachment: Attachment) -> None:
    age(attachment)
    assert not cleaning.remove_unsent(attachment)
    assert not cleaning.clean_one(attachment)
    call_command("clean_attachments")
    assert stored() == 1


def test_bytes_that_an_edited_message_shows_too_stay(asked: Turn, attachment: Attachment) -> None:
    unsent = Attachment.objects.get(pk=attachment.pk)
    unsent.pk, unsent.message_id = uuid4(), None
    unsent.save(force_insert=True)
    age(unsent)
    call_command("clean_attachments")
    assert list(Attachment.objects.all()) == [attachment]
    assert stored() == 1


def findings() -> list[str]:
    return [finding.code for finding in verification.findings() if finding.code.startswith("attachment")]


def test_changed_bytes_are_found(asked: Turn, attachment: Attachment) -> None:
    assert findings() == []
    AttachmentFile.objects.update(data=b"other")
    assert findings() == ["attachment-changed"]
    Attachment.objects.filter(pk=attachment.pk).update(message=None)
    assert findings() == [], "nobody was shown it"


def test_an_image_of_another_conversation_is_found(asked: Turn, attachment: Attachment, stranger: User) -> None:
    Attachment.objects.filter(pk=attachment.pk).update(owner=stranger)
    assert findings() == ["attachment-foreign"]
