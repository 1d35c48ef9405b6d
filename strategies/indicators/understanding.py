"""What a model reads in a message about an indicator, as an addition to what the rules read.

As for strategies (``strategies.understanding``): the person and the rules come first, and an item counts only with
words that really stand in the message.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from strategies.grammar import LINES, MOVING_AVERAGES, PARAM_NAMES, PRICES
from strategies.indicators.flow import PATHS, IndicatorAt
from strategies.indicators.spec import MEASURES, PANES, WIDTHS, IndicatorSpec, read_spec, to_json
from strategies.prompts import prompt
from strategies.spec import InvalidSpec
from strategies.understanding import QUOTE, quoted


@dataclass(frozen=True, slots=True)
class Understood:
    """A valid answer: what the message says, and the words of each item."""

    spec: IndicatorSpec
    words: dict[str, str]
    by_rules: frozenset[str] = frozenset()  # paths that the rules read in this message with certainty


def question(at: IndicatorAt, language: str) -> tuple[str, str]:
    """The prompt's version and the prompt that a message is read with."""
    return prompt("indicator-spec", language, spec=json.dumps(to_json(at.spec), ensure_ascii=False, indent=2))


def read_answer(value: Any, message: str) -> Understood | None:
    """The answer as far as the message bears it out; None where it is no spec."""
    if not isinstance(value, dict) or set(value) - {"spec", "words"}:
        return None
    words = quoted(value.get("words"), message)
    spec = value.get("spec")
    if words is None or (isinstance(spec, dict) and "idea" in spec):
        return None
    try:
        return Understood(read_spec({} if spec is None else spec), words)
    except (InvalidSpec, RecursionError, OverflowError):
        return None


def merged(at: IndicatorAt, told: Understood, message_id: UUID) -> tuple[IndicatorSpec, dict[str, Any]]:
    """The spec and its sources with what the model adds beneath the person's hand and this message's rules."""
    data, new = to_json(at.spec), to_json(told.spec)
    free = [path for path in PATHS if path in told.words and path not in at.held | told.by_rules and new[path]]
    if not free:
        return at.spec, at.sources
    spec = read_spec(data | {path: new[path] for path in free})
    by_model = {path: {"words": told.words[path], "message": str(message_id), "by": "model"} for path in free}
    return spec, at.sources | by_model


def schema() -> dict[str, Any]:
    """The answer's JSON schema: every item optional, and the words beside it."""
    number, period = {"type": "number"}, {"type": "integer", "minimum": 2}
    lines = sorted({line for group in LINES.values() for line in group})
    average = _object({"name": {"enum": list(MOVING_AVERAGES)}, "period": period}, required=["name"])
    given = {
        "name": {"enum": [*PRICES, *PARAM_NAMES]},
        "params": {"type": "object", "additionalProperties": number},
        "line": {"enum": lines},
    }
    spec = {
        "measure": {"enum": list(MEASURES)},
        "inputs": {"type": "array", "items": _object(given, required=["name"])},
        "width": _object({"name": {"enum": list(WIDTHS)}, "factor": number, "period": period}, ["name", "factor"]),
        "smoothing": average,
        "signal": average,
        "pane": {"enum": list(PANES)},
    }
    return _object({"spec": _object(spec), "words": {"type": "array", "items": QUOTE}}, ["spec", "words"])


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | {"required": required} if required else made
