"""The card of a run in its conversation: stored with the result, at the end of the path, also beside a reply."""

import uuid

import pytest
from django.db import transaction
from django.test import Client

from chat import changes, queries
from chat.models import Conversation, Message, Turn
from chat.protocol import AiChat, BacktestProgress, NoticeCreated
from chat.turns import EndTurn, StartTurn
from strategies.backtests import service
from strategies.backtests.setup import configure
from strategies.backtests.worker import Worker
from strategies.models import Backtest, Dataset, Strategy
from tests.chat.turn_rows import Reply
from tests.strategies.backtests import codes
from tests.strategies.backtests.conftest import make_version, run_code
from tests.support.rows import finish_turn
from tests.support.verification import codes as findings

pytestmark = pytest.mark.django_db(transaction=True)


def path(conversation: Conversation) -> list[str]:
    """What the page shows: role or kind of each message."""
    conversation.refresh_from_db()
    shown = queries.path_page(conversation).messages
    return [message.kind if message.kind == Message.Kind.BACKTEST else message.role for message in shown]


def wrong() -> set[str]:
    """What is wrong with the rows; the ledger and the clean-up of journals are not looked at here."""
    return findings() - {"call-missing", "journal-left-over"}


def start_turn(conversation: Conversation, content: str, parent: uuid.UUID | None) -> Turn:
    from chat.hooks import MessagePlan

    command = AiChat(request_id=uuid.uuid4(), content=content, parent=parent)
    with transaction.atomic():
        return StartTurn(conversation.pk, conversation.owner_id, command, "en", MessagePlan()).run().turn


def end_turn(turn: Turn) -> None:
    Reply(turn).append("Here ", "it is.")
    with transaction.atomic():
        EndTurn(turn.conversation_id, turn.pk, turn.token, Turn.Status.COMPLETE).run()


@pytest.fixture
def talked(strategy: Strategy, conversation: Conversation) -> Conversation:
    finish_turn(conversation)
    return conversation


def test_it_works(talked: Conversation, strategy: Strategy, dataset: Dataset, client: Client) -> None:
    rev = talked.rev
    _established, seen = changes.establish(talked.pk, "en", None)
    backtest = run_code(strategy, dataset, codes.CROSS)
    card = backtest.message
    assert card is not None
    assert path(talked) == ["user", "assistant", "backtest"]
    assert talked.head_id == card.pk
    assert talked.rev > rev
    assert "Backtest of version 1: WAVE/USDT · 1h" in card.content
    assert "Return:" in card.content
    news = changes.since(talked.pk, "en", seen)
    assert news is not None
    [frame] = [frame for frame in news.frames if isinstance(frame, NoticeCreated)]
    assert frame.message_id == str(card.pk)
    assert f"/strategies/backtests/{backtest.pk}/" in frame.html
    client.force_login(talked.owner)
    page = client.get(f"/chat/{talked.pk}/").content.decode()
    assert f'data-message-id="{card.pk}"' in page
    assert f'href="/strategies/backtests/{backtest.pk}/"' in page
    assert wrong() == set()


def test_the_words_are_those_of_the_talk(talked: Conversation, strategy: Strategy, dataset: Dataset) -> None:
    Turn.objects.update(language="zh-hans")
    card = run_code(strategy, dataset, codes.NEVER).message
    assert card is not None
    assert "回测" in card.content
    assert "600" in card.content  # never true on any of the bars


def test_an_error_is_told_with_its_line(talked: Conversation, strategy: Strategy, dataset: Dataset) -> None:
    card = run_code(strategy, dataset, codes.ERROR_AT_500).message
    assert card is not None
    assert "line 11, bar 500: ZeroDivisionError: division by zero" in card.content


def test_a_card_beside_a_running_reply_stands_behind_it(
    talked: Conversation, strategy: Strategy, dataset: Dataset
) -> None:
    turn = start_turn(talked, "And another thing", talked.head_id)
    run_code(strategy, dataset, codes.CROSS)
    run_code(strategy, dataset, codes.NEVER)
    assert path(talked) == ["user", "assistant", "user", "backtest", "backtest"]
    end_turn(turn)
    assert path(talked) == ["user", "assistant", "user", "assistant", "backtest", "backtest"]
    follow = start_turn(talked, "Thanks", talked.head_id)
    end_turn(follow)
    assert path(talked) == ["user", "assistant", "user", "assistant", "backtest", "backtest", "user", "assistant"]
    assert wrong() == set()


def test_what_is_said_before_the_page_knows_of_a_card_goes_on_behind_it(
    talked: Conversation, strategy: Strategy, dataset: Dataset
) -> None:
    talked.refresh_from_db()
    before = talked.head_id
    run_code(strategy, dataset, codes.CROSS)
    end_turn(start_turn(talked, "Something", before))
    assert path(talked) == ["user", "assistant", "backtest", "user", "assistant"]
    assert wrong() == set()


def test_a_card_stays_on_the_branch_of_its_version(talked: Conversation, strategy: Strategy, dataset: Dataset) -> None:
    talked.refresh_from_db()
    first = talked.head_id
    version = make_version(strategy, codes.CROSS)
    type(version).objects.filter(pk=version.pk).update(message_id=first)
    version.refresh_from_db()
    end_turn(start_turn(talked, "Another beginning", None))
    other = path(talked)
    head = talked.head_id
    started = service.start(talked.owner, configure(version, dataset))
    assert Worker().run_next()
    assert path(talked) == other == ["user", "assistant"]
    assert talked.head_id == head
    card = Backtest.objects.get(pk=started.pk).message
    assert card is not None
    assert card.parent_id == first
    assert wrong() == set()


def test_progress_goes_to_the_conversations_sockets(waiting: Backtest) -> None:
    from strategies.backtests.watch import Seen, Watch

    told: list[Seen] = []
    watch = Watch(told.append)
    watch.look()
    assert [(seen.id, seen.state) for seen in told] == [(waiting.pk, "queued")]
    assert (watch.waiting, watch.running, watch.active) == (1, 0, True)
    watch.look()
    assert len(told) == 1
    worker = Worker()
    assert worker.run_next()
    watch.look()
    assert [(seen.id, seen.state, seen.progress) for seen in told[1:]] == [(waiting.pk, "complete", 1.0)]
    assert not watch.active
    assert told[0].conversation_id == waiting.version.strategy.conversation_id
    assert BacktestProgress.__struct_config__.tag == "backtest_progress"
