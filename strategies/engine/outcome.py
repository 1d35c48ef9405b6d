"""What a job brings back, and its bytes: written in the sandbox, so read as if forged."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategies.engine import ENGINE_VERSION, wire
from strategies.engine.actions import MAX_ACTIONS, MAX_TAG, TARGET, Action
from strategies.engine.bars import MAX_BARS
from strategies.engine.execution import MAX_SERIES, RunError, Series
from strategies.engine.orders import Tag

MAX_TEXT = 600  # characters of a name or message
MAX_FINDINGS = 50
MAX_PARAMS = 50
MAX_TAGS = 10_000
_COLUMNS = 9  # bar, kind, target, size, limit, stop, sl, tp, tag
_CODE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class InvalidOutcome(Exception):
    """The bytes are no outcome: forged, cut off, or of another engine version; ``code`` says in what way."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a test saw: ``what`` is an indicator or ``order``; ``cut`` the last bar left as it was."""

    code: str
    what: str
    bar: int
    cut: int


@dataclass(frozen=True, slots=True)
class HonestyReport:
    """What a lookahead or warm-up test found out; ``cuts`` is how many re-runs it made."""

    passed: bool
    cuts: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Actions and indicator series of a run; figures are computed from the actions elsewhere."""

    bars: int
    actions: tuple[Action, ...] = ()
    series: tuple[Series, ...] = ()
    error: RunError | None = None
    lookahead: HonestyReport | None = None
    warmup: HonestyReport | None = None
    first_bar: int | None = None
    engine_version: str = ENGINE_VERSION


# --- writing --------------------------------------------------------------------------------------------------------


def encode_outcome(outcome: Outcome) -> bytes:
    """The outcome's bytes: the same for the same outcome."""
    tags: dict[tuple[str, Tag], int] = {}
    table = np.full((len(outcome.actions), _COLUMNS), np.nan)
    for row, action in zip(table, outcome.actions, strict=True):
        place = -1
        if action.tag is not None:
            place = tags.setdefault((type(action.tag).__name__, action.tag), len(tags))
        row[:3] = action.bar, action.kind, action.target
        row[3:8] = [np.nan if value is None else value for value in action[3:8]]
        row[8] = place
    header = {
        "engine": outcome.engine_version,
        "bars": outcome.bars,
        "first_bar": outcome.first_bar,
        "actions": len(outcome.actions),
        "tags": [tag for _kind, tag in tags],
        "series": [
            {
                "name": _shown(series.name),
                "overlay": series.overlay,
                "params": [_finite(value) for value in series.params[:MAX_PARAMS]],
                "group": series.group,
                "part": _shown(series.part),
            }
            for series in outcome.series
        ],
        "error": None
        if outcome.error is None
        else {
            "code": outcome.error.code,
            "message": _shown(outcome.error.message),
            "line": outcome.error.line,
            "bar": outcome.error.bar,
        },
        "lookahead": _report_header(outcome.lookahead),
        "warmup": _report_header(outcome.warmup),
    }
    return wire.pack(header, [table, *(series.values for series in outcome.series)])


def _report_header(report: HonestyReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    findings = [[item.code, _shown(item.what), item.bar, item.cut] for item in report.findings[:MAX_FINDINGS]]
    return {"passed": report.passed, "cuts": report.cuts, "findings": findings}


def _shown(text: str) -> str:
    """Text that JSON, databases and pages can hold."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)[
        :MAX_TEXT
    ]


def _finite(value: Any) -> Any:
    """A parameter as JSON and every database can hold it."""
    if isinstance(value, str):
        return _shown(value)[:MAX_TAG]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if math.isfinite(value) and abs(value) < 1e15 else None
    return value


# --- reading --------------------------------------------------------------------------------------------------------


def decode_outcome(data: bytes, bars: int | None = None) -> Outcome:
    """Read what may be forged, bounded and typed; ``bars`` is how many there must be. Raises InvalidOutcome."""
    try:
        header, body = wire.unpack(data)
        return _outcome(header, body, bars)
    except wire.InvalidFrame as error:
        raise InvalidOutcome(error.code, str(error)) from error


def _outcome(header: dict[str, Any], body: memoryview, bars: int | None) -> Outcome:
    fields = {"engine", "bars", "first_bar", "actions", "tags", "series", "error", "lookahead", "warmup"}
    _require(set(header) == fields, "outcome-fields")
    _require(header["engine"] == ENGINE_VERSION, "outcome-engine")
    count = _whole(header["bars"], MAX_BARS)
    _require(bars is None or count == bars, "outcome-bars")
    action_count = _whole(header["actions"], MAX_ACTIONS)
    _require(isinstance(header["series"], list) and len(header["series"]) <= MAX_SERIES, "outcome-series")
    kinds = [("<f8", action_count * _COLUMNS), *(("<f8", count) for _ in header["series"])]
    table, *values = wire.arrays(body, kinds)
    return Outcome(
        bars=count,
        actions=_actions(table.reshape(action_count, _COLUMNS), _tags(header["tags"]), count),
        series=tuple(_one_series(item, line) for item, line in zip(header["series"], values, strict=True)),
        error=_error(header["error"], count),
        lookahead=_report(header["lookahead"], count),
        warmup=_report(header["warmup"], count),
        first_bar=None if header["first_bar"] is None else _whole(header["first_bar"], count),
        engine_version=header["engine"],
    )


def _require(fine: bool, code: str) -> None:
    if not fine:
        raise InvalidOutcome(code, f"The outcome is not valid: {code}.")


def _whole(value: Any, most: int) -> int:
    _require(type(value) is int and 0 <= value <= most, "outcome-number")
    return int(value)


def _text(value: Any, most: int = MAX_TEXT) -> str:
    _require(isinstance(value, str) and len(value) <= most, "outcome-text")
    _require(all(char.isprintable() or char == "\n" for char in value), "outcome-text")
    return str(value)


def _code_text(value: Any) -> str:
    _require(isinstance(value, str) and 0 < len(value) <= 60 and set(value) <= _CODE, "outcome-code")
    return str(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value, MAX_TAG)
    if type(value) in (int, float):
        _require(abs(value) < 1e15, "outcome-number")
        return value
    _require(value is None or isinstance(value, bool), "outcome-scalar")
    return value


def _tags(value: Any) -> list[Tag]:
    _require(isinstance(value, list) and len(value) <= MAX_TAGS, "outcome-tags")
    return [_scalar(item) for item in value]


def _actions(table: NDArray[np.float64], tags: list[Tag], bars: int) -> tuple[Action, ...]:
    whole = table[:, [0, 1, 2, 8]]
    _require(bool(np.isfinite(whole).all() and (whole == np.floor(whole)).all()), "outcome-actions")
    _require(not np.isinf(table).any(), "outcome-actions")
    bar, kind, target, tag = whole.T
    _require(bool(((bar >= 0) & (bar < max(bars, 1))).all() and (np.diff(bar) >= 0).all()), "outcome-actions")
    _require(bool(((kind >= 0) & (kind <= TARGET)).all()), "outcome-actions")
    _require(bool(((target >= -1) & (target <= 2 * MAX_ACTIONS)).all()), "outcome-actions")
    _require(bool(((tag >= -1) & (tag < max(len(tags), 1))).all() and (tags or (tag == -1).all())), "outcome-actions")
    return tuple(_action(row, tags) for row in table.tolist())


def _action(row: Sequence[float], tags: list[Tag]) -> Action:
    size, limit, stop, sl, tp = (None if math.isnan(value) else value for value in row[3:8])
    tag = tags[int(row[8])] if row[8] >= 0 else None
    return Action(int(row[0]), int(row[1]), int(row[2]), size, limit, stop, sl, tp, tag)


def _one_series(item: Any, values: NDArray[np.float64]) -> Series:
    _require(isinstance(item, dict) and set(item) == {"name", "overlay", "params", "group", "part"}, "outcome-series")
    _require(item["overlay"] is None or isinstance(item["overlay"], bool), "outcome-series")
    _require(isinstance(item["params"], list) and len(item["params"]) <= MAX_PARAMS, "outcome-series")
    params = tuple(_scalar(value) for value in item["params"])
    return Series(
        _text(item["name"]), item["overlay"], params, values, _whole(item["group"], MAX_SERIES), _text(item["part"])
    )


def _error(value: Any, bars: int) -> RunError | None:
    if value is None:
        return None
    _require(isinstance(value, dict) and set(value) == {"code", "message", "line", "bar"}, "outcome-error")
    line = None if value["line"] is None else _whole(value["line"], 1_000_000)
    bar = None if value["bar"] is None else _whole(value["bar"], bars)
    return RunError(_code_text(value["code"]), _text(value["message"]), line, bar)


def _report(value: Any, bars: int) -> HonestyReport | None:
    if value is None:
        return None
    _require(isinstance(value, dict) and set(value) == {"passed", "cuts", "findings"}, "outcome-report")
    _require(isinstance(value["passed"], bool), "outcome-report")
    _require(isinstance(value["findings"], list) and len(value["findings"]) <= MAX_FINDINGS, "outcome-report")
    findings = []
    for item in value["findings"]:
        _require(isinstance(item, list) and len(item) == 4, "outcome-report")
        findings.append(Finding(_code_text(item[0]), _text(item[1]), _whole(item[2], bars), _whole(item[3], bars)))
    _require(value["passed"] == (not findings), "outcome-report")
    return HonestyReport(value["passed"], _whole(value["cuts"], 1000), tuple(findings))
