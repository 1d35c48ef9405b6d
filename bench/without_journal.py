"""``python -m uvicorn bench.without_journal:application``: the product with its journal switched off.

For the bench alone, to see what the journal costs; the product has no such switch. A batch of a reply waits in this
process's memory, as in chat systems that store a reply when its stream has ended, and is lost with the process. The
completing transaction then finds it there. All other code, frames and rows are the product's.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from trademe.asgi import application as application

from chat import journal  # isort: skip
from chat.journal import Append, DeleteEntries  # isort: skip
from chat.models import Turn  # isort: skip
from chat.turns import EndTurn  # isort: skip
from chat.writer import Unit, Writer  # isort: skip

_kept: dict[UUID, list[Append]] = {}

_write = Writer.write
_end = EndTurn.run


async def _without_journal(self: Writer, unit: Unit[Any]) -> Any:
    """The writer's entry: batches go no further, and nothing has to be cleaned up after them."""
    if isinstance(unit, Append):
        _kept.setdefault(unit.turn_id, []).append(unit)
        return unit.seq
    if isinstance(unit, DeleteEntries):
        _kept.pop(unit.turn_id, None)
        return 0
    return await _write(self, unit)


def _end_from_memory(self: EndTurn) -> Any:
    """Put into the turn's row what the journal's statements would have left there, then end it as ever."""
    if batches := _kept.get(self.turn_id):
        last = batches[-1]
        ours = Turn.objects.filter(pk=self.turn_id, token=self.token, status=Turn.Status.RUNNING)
        ours.update(last_seq=last.seq, chars=last.chars, digest=last.digest)
    return _end(self)


def _texts(turn_id: UUID) -> Sequence[str]:
    return [batch.text for batch in _kept.get(turn_id, [])]


Writer.write = _without_journal  # type: ignore[method-assign]
EndTurn.run = _end_from_memory  # type: ignore[method-assign]
journal.texts = _texts
