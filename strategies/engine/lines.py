"""Series that end at the newest bar: what strategy code reads in ``next``."""

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from strategies.engine.errors import FutureAccess, UnboundIndicator

Values = NDArray[Any]


class Clock:
    """How many bars there are by now; shared by all lines of a run. In ``init`` that is all of them."""

    __slots__ = ("now", "started")

    def __init__(self, now: int) -> None:
        self.now = now
        self.started = False


class Past(np.ndarray[Any, np.dtype[Any]]):
    """What comes out of arithmetic on lines: an array up to the newest bar, true or a number by its last value."""

    def __bool__(self) -> bool:
        return bool(self.view(np.ndarray)[-1]) if self.ndim else bool(self.item())

    def __float__(self) -> float:
        return float(self.view(np.ndarray)[-1]) if self.ndim else float(self.item())


class Line(NDArrayOperatorsMixin):
    """One series. ``line[-1]`` is the newest bar's value; numpy functions see it up to that bar and no further."""

    __slots__ = ("_cells", "_clock", "_over", "_values", "name")

    def __init__(self, values: Values, clock: Clock, name: str) -> None:
        self._values = values
        self._clock = clock
        self._cells: list[Any] | None = None
        self._over: dict[int, list[bool]] = {}  # where it crosses other lines of the run, by their identity
        self.name = name

    def __getitem__(self, key: Any) -> Any:
        if key.__class__ is int and key < 0:
            place = self._clock.now + key
            if place >= 0:
                try:
                    return self._cells[place]  # type: ignore[index]
                except TypeError:
                    return self.cells()[place]
        return self._item(key)

    def cells(self) -> list[Any]:
        """All values as a list of numpy scalars: much faster to index than the array."""
        if self._cells is None:
            self._cells = list(self._values)
        return self._cells

    def _item(self, key: Any) -> Any:
        now = self._clock.now
        if isinstance(key, slice):
            return self._values[:now][key]
        if isinstance(key, int | np.integer) and not isinstance(key, bool):
            place = int(key)
            if not self._clock.started:
                return self._values[place]
            if place >= 0:
                raise FutureAccess(
                    "positive-index",
                    f"{self.name}[{place}] counts from the first bar. In next only the past can be read, counted back "
                    f"from the newest bar: {self.name}[-1] is the newest value, {self.name}[-2] the one before.",
                )
            if now + place < 0:
                raise FutureAccess(
                    "too-far-back",
                    f"{self.name}[{place}] needs {-place} bars and there are only {now} yet. "
                    f"Begin next with: if len(self.data) < {-place}: return",
                )
            return self._values[now + place]
        return self.array[key]

    @property
    def array(self) -> Values:
        """The values up to the newest bar."""
        return self._values[: self._clock.now]

    def __len__(self) -> int:
        return self._clock.now

    def __iter__(self) -> Iterator[Any]:
        return iter(self.array)

    def __bool__(self) -> bool:
        return bool(self.array[-1])

    def __float__(self) -> float:
        return float(self.array[-1])

    def __int__(self) -> int:
        return int(self.array[-1])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Values:
        return np.array(self.array, dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [item.array if isinstance(item, Line) else item for item in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        if self._clock.started and isinstance(result, np.ndarray):
            return result.view(Past)
        return result


def _of_array(name: str) -> property:
    return property(lambda line: getattr(line.array, name))


# mean, max, std, shape …; a ``__getattr__`` would do, but it slows down every attribute that there is
for _name in dir(np.ndarray):
    if not _name.startswith("_"):
        setattr(Line, _name, _of_array(_name))


class UnboundLine(Line):
    """An indicator that ``init`` did not keep as an attribute of the strategy."""

    __slots__ = ()

    def _refuse(self, *_arguments: Any, **_options: Any) -> NoReturn:
        raise UnboundIndicator(
            "indicator-unbound",
            f"The indicator {self.name} is not an attribute of the strategy. "
            "Write self.some_name = self.I(...) in init, not into a list or a dict, and use self.some_name in next.",
        )

    __getitem__ = __len__ = __iter__ = __bool__ = __float__ = __int__ = __array__ = __array_ufunc__ = _refuse
    array = property(_refuse)


class Lines(Sequence[Line]):
    """What an indicator function returned when it gave several series: unpack it, or take ``lines[0]``."""

    __slots__ = ("_lines",)

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = tuple(lines)

    def __getitem__(self, key: Any) -> Any:
        return self._lines[key]

    def __len__(self) -> int:
        return len(self._lines)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Values:
        return np.array([line.array for line in self._lines], dtype=dtype)


def plain(value: Any) -> Any:
    """Lines as arrays, for functions that take only those; anything else as it is."""
    if isinstance(value, Line):
        return value.array
    if isinstance(value, Lines):
        return np.array([line.array for line in value])
    return value
