"""Rows of a session as a talk: in order, once each, every reply with its question."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from chat.backfill.legacy import Said
from chat.backfill.report import Report
from chat.text import is_blank

DOUBLED_WITHIN = 10.0  # seconds
MOST_AT_ONCE = 64  # rows of one second that are put in order together


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its reply; either may be lost. Notices stand behind."""

    question: Said | None
    reply: Said | None
    notices: tuple[Said, ...] = ()


def exchanges(rows: Iterable[Said], report: Report) -> Iterator[Exchange]:
    """What was said, as exchanges; each decision is reported."""
    before: Exchange | None = None
    for exchange in _paired(_once(_ordered(_not_empty(rows, report), report), report), report):
        if before is not None and _says_again(before, exchange):
            for said in (exchange.question, exchange.reply):
                if said is not None:
                    report.decide("doubled", said.where)
            if exchange.notices:
                yield Exchange(None, None, exchange.notices)
            continue
        if exchange.question is not None and exchange.reply is None:
            report.decide("reply-lost", exchange.question.where)
        if exchange.question is None and exchange.reply is not None and not exchange.reply.is_code:
            report.decide("reply-without-question", exchange.reply.where)
        before = exchange
        yield exchange


def _not_empty(rows: Iterable[Said], report: Report) -> Iterator[Said]:
    for said in rows:
        if is_blank(said.content) and not (said.role == "assistant" and (said.failed or said.error)):
            report.decide("empty", said.where)
        else:
            yield said


def _ordered(rows: Iterable[Said], report: Report) -> Iterator[Said]:
    """Within one second rows stand as they were stored: a reply, there, waits for the question after it."""
    asked = False  # a question stands without reply
    for _second, group in groupby(rows, key=lambda said: int(said.at)):
        while waiting := list(islice(group, MOST_AT_ONCE)):
            while waiting:
                wanted = "assistant" if asked else "user"
                # a reply that is followed by nothing to answer stays where it is
                place = next((place for place, said in enumerate(waiting) if said.role == wanted), 0)
                if place and waiting[0].role != "notice" and waiting[0].content != waiting[place].content:
                    report.decide("reordered", waiting[place].where)
                said = waiting.pop(place if waiting[0].role != "notice" else 0)
                asked = said.role == "user" if said.role != "notice" else asked
                yield said
                while waiting and waiting[0].role == said.role and waiting[0].content == said.content:
                    yield waiting.pop(0)  # a double stays behind its like


def _once(rows: Iterable[Said], report: Report) -> Iterator[Said]:
    """Without rows that say just what the row before says."""
    last: Said | None = None
    for said in rows:
        again = last is not None and (last.role, last.content, last.error) == (said.role, said.content, said.error)
        if again and last is not None and abs(said.at - last.at) <= DOUBLED_WITHIN:
            report.decide("doubled", said.where)
            continue
        last = said
        yield said


def _paired(rows: Iterable[Said], report: Report) -> Iterator[Exchange]:
    question: Said | None = None
    notices: list[Said] = []
    for said in rows:
        if said.role == "notice":
            if question is None:
                yield Exchange(None, None, (said,))
            else:
                notices.append(said)
            continue
        if said.role == "assistant":
            yield Exchange(question, said, tuple(notices))
            question = None
        else:
            if question is not None:
                yield Exchange(question, None, tuple(notices))
            question = said
        if question is None or said.role == "user":
            notices = []
    if question is not None:
        yield Exchange(question, None, tuple(notices))


def _says_again(before: Exchange, now: Exchange) -> bool:
    """The same question with the same reply, or with none, moments later."""
    if before.question is None or now.question is None:
        return False
    if abs(now.question.at - before.question.at) > DOUBLED_WITHIN or before.question.content != now.question.content:
        return False
    same = before.reply is not None and now.reply is not None and before.reply.content == now.reply.content
    return now.reply is None or same
