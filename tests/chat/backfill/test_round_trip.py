"""Everything that is kept with conversations, of several people, is the same after an export and an import."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone

from chat.attachments import images, sent
from chat.models import Attachment, AttachmentFile, Conversation, Message, Summary, Turn, UsageRecord
from strategies.models import Strategy, StrategySpec, StrategyVersion, VersionMention
from tests.chat.backfill.test_messages import backfill, wrong
from tests.support.library import add_version, bill, make_strategy
from tests.support.pictures import KINDS
from tests.support.rows import finish_turn
from trademe.accounts.models import User

pytestmark = pytest.mark.django_db

KEPT: dict[type[Model], str] = {  # and what orders its rows
    Conversation: "pk",
    Message: "pk",
    Turn: "pk",
    Summary: "upto_id",
    UsageRecord: "turn_uuid",
    AttachmentFile: "pk",
    Attachment: "pk",
    StrategySpec: "conversation_id",
    Strategy: "conversation_id",
    StrategyVersion: "strategy__conversation_id",
    VersionMention: "message_id",
}


def rows(model: type[Model], order: str) -> list[dict[str, Any]]:
    """With everything but the numbers that a database gives."""
    numbers = {"id"} if model._meta.pk.get_internal_type() == "BigAutoField" else set()
    numbers |= {
        "summary_id" if model is Turn else "",
        "strategy_id" if model is StrategyVersion else "",
        "version_id" if model is VersionMention else "",
    }
    found = model._default_manager.order_by(order, "pk").values()
    return [{name: _plain(value) for name, value in row.items() if name not in numbers} for row in found]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def everything() -> dict[str, Any]:
    kept: dict[str, Any] = {model.__name__: rows(model, order) for model, order in KEPT.items()}
    turns = Turn.objects.exclude(summary=None).order_by("pk").values("pk", "summary__upto_id")
    mentions = VersionMention.objects.order_by("message_id").values("message_id", "version__code_sha256")
    return kept | {"turn's minutes": list(turns), "mentioned": list(mentions)}


def show(message: Message, kind: str, place: int) -> Attachment:
    """An image as an upload leaves it, shown by the message."""
    picture = images.read(KINDS[kind]())
    file = AttachmentFile.objects.create(conversation=message.conversation, data=picture.data)
    return Attachment.objects.create(
        owner=message.conversation.owner,
        conversation=message.conversation,
        message=message,
        place=place,
        file=file,
        media_type=picture.media_type,
        name=f"{kind}.{kind}",
        sha256=hashlib.sha256(picture.data).hexdigest(),
        width=picture.width,
        height=picture.height,
        bytes=len(picture.data),
    )


def talk(owner: User, name: str) -> Conversation:
    """With one of everything."""
    conversation = Conversation.objects.create(
        owner=owner,
        title=f"{name} 的对话",
        title_by=Conversation.TitleBy.PERSON,
        model="openai:gpt-5-mini",
        pinned=True,
    )
    first = finish_turn(conversation, asked=f"{name}: 5分钟均线", reply="好的 ✓")
    bill(first)
    asked = Message.objects.get(turn=first, role=Message.Role.USER)
    for place, kind in enumerate(("png", "jpeg")):
        shown = show(asked, kind, place)
    second = finish_turn(conversation, asked="again", reply="```python\npass\n```")
    bill(second)
    sent.take(
        Message.objects.get(turn=second, role=Message.Role.USER), owner.pk, [shown.pk]
    )  # an edit shows the same file
    second.summary = Summary.objects.create(
        conversation=conversation,
        upto=asked,
        messages=2,
        text="所说的",
        language="zh-hans",
        model="m",
        prompt_version="1",
    )
    second.left_out = 2
    second.save()
    StrategySpec.objects.create(conversation=conversation, revision=1, spec={"excluded": ["BOLL"]}, message=asked)
    strategy = make_strategy(conversation, versions=2)
    strategy.kind, strategy.keywords, strategy.archived_at = Strategy.Kind.TRADING_SYSTEM, "BTC 均线", timezone.now()
    strategy.save()
    restored = add_version(strategy)
    StrategyVersion.objects.filter(pk=restored.pk).update(based_on=1, origin=StrategyVersion.Origin.RESTORED)
    VersionMention.objects.create(message=asked, version=strategy.versions.get(number=2))
    return conversation


@pytest.fixture
def file(owner: User, stranger: User, tmp_path: Path) -> Path:
    for person in (owner, stranger):
        for number in range(2):
            talk(person, f"{person.username}{number}")
    unsent = show(Message.objects.filter(role="user")[0], "webp", 9)
    Attachment.objects.filter(pk=unsent.pk).update(message=None)
    AttachmentFile.objects.filter(pk=unsent.file_id).delete()  # an upload that nobody has sent is not taken along
    path = tmp_path / "export.jsonl"
    call_command("export_conversations", "--output", str(path), stderr=io.StringIO())
    return path


def forget() -> None:
    Strategy.objects.all().delete()
    Conversation.objects.all().delete()
    UsageRecord.objects.all().delete()
    assert not any(model._default_manager.exists() for model in KEPT)


def test_every_row_is_the_same(file: Path, tmp_path: Path) -> None:
    before = everything()
    assert wrong() == []
    forget()
    backfill(file)
    after = everything()
    for name, kept in before.items():
        assert kept
        assert after[name] == kept, name
    assert wrong() == []
    again = tmp_path / "again.jsonl"
    call_command("export_conversations", "--output", str(again), stderr=io.StringIO())
    assert again.read_bytes() == file.read_bytes()


def test_twice_is_once(file: Path) -> None:
    before = everything()
    assert "4 were here already" in backfill(file)
    assert everything() == before


def test_a_changed_image_is_noticed(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if line.startswith(b'{"type":"image-file"'))
    lines[place] = lines[place].replace(b'"data":"iVBOR', b'"data":"iVBOS').replace(b'"data":"/9j/4', b'"data":"/9j/5')
    file.write_bytes(b"".join(lines))
    forget()
    assert "conversation-incomplete: 1 " in backfill(file)
    assert Conversation.objects.count() == 3


def test_a_reference_to_what_is_not_there_is_refused(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace('"version_id":2', '"version_id":77')
    file.write_text(text, encoding="utf-8")
    forget()
    assert "conversation-incomplete: 4 " in backfill(file)
    assert not Conversation.objects.exists()
