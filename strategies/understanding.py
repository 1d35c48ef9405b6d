"""What a model reads in a message, as an addition to what the rules read: checked by the spec's own schema.

The person's hand and the rules come first. An item counts only with words that really stand in the message.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from strategies import conditions
from strategies.flow import SpecAt
from strategies.grammar import LINES, OPS, PARAM_NAMES, PRICES
from strategies.parsing.text import comparable
from strategies.prompts import prompt
from strategies.spec import (
    DIRECTIONS,
    MARKET_KINDS,
    RISK_LIMITS,
    TIMEFRAMES,
    InvalidSpec,
    Spec,
    merge_indicators,
    read_spec,
    to_json,
)

TOOL = "plan"
SECONDS = 30.0  # somebody waits for the reply behind it
MAX_WORDS = 300  # characters kept of an item's words
MAX_ITEMS = 80

# the schema of an item's words
QUOTE: dict[str, Any] = {
    "type": "object",
    "properties": {"path": {"type": "string"}, "words": {"type": "string"}},
    "required": ["path", "words"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Understood:
    """A valid answer: what the message says, and the words of each item."""

    spec: Spec
    words: dict[str, str]
    by_rules: frozenset[str] = frozenset()  # paths that the rules read in this message with certainty


def question(at: SpecAt, language: str) -> tuple[str, str]:
    """The prompt's version and the prompt that a message is read with."""
    return prompt("spec", language, spec=json.dumps(to_json(at.spec), ensure_ascii=False, indent=2))


def read_answer(value: Any, message: str) -> Understood | None:
    """The answer as far as the message bears it out; None where it is no spec."""
    if not isinstance(value, dict) or set(value) - {"spec", "words"}:
        return None
    words = quoted(value.get("words"), message)
    if words is None:
        return None
    spec = value.get("spec")
    try:
        return Understood(read_spec({} if spec is None else spec), words)
    except (InvalidSpec, RecursionError, OverflowError):
        return None


def quoted(words: Any, message: str) -> dict[str, str] | None:
    """Words by path, those that stand in the message only; None where it is no list of them."""
    if not isinstance(words, list | None) or len(words or []) > MAX_ITEMS:
        return None
    said, found = comparable(message), {}
    for item in words or []:
        if not isinstance(item, dict):
            return None
        path, quote = item.get("path"), item.get("words")
        if not isinstance(path, str) or not isinstance(quote, str):
            return None
        if quote.strip() and comparable(quote.strip()) in said:
            found[path] = quote.strip()[:MAX_WORDS]
    return found


def merged(at: SpecAt, told: Understood, message_id: UUID) -> tuple[Spec, dict[str, Any]]:
    """The spec and its sources with what the model adds beneath the person's hand and this message's rules."""
    taken = at.held | told.by_rules
    free = {path: words for path, words in told.words.items() if path not in taken}
    data, new = to_json(at.spec), to_json(told.spec)
    used: dict[str, str] = {}
    for path, words in free.items():
        if _put(data, new, path, at.spec):
            used[path] = words
    if not used:
        return at.spec, at.sources
    try:
        spec = read_spec(data | {"indicators": _indicators(at.spec, data, new, used)})
    except InvalidSpec:
        return at.spec, at.sources  # each part is valid, and together they are not
    by_model = {path: {"words": words, "message": str(message_id), "by": "model"} for path, words in used.items()}
    return spec, at.sources | by_model


def _put(data: dict[str, Any], new: dict[str, Any], path: str, before: Spec) -> bool:
    """Take one item over; False where the answer has none there, or what is there stays."""
    group, _, name = path.partition(".")
    if group in ("market", "risk") and new[group].get(name) is not None:
        data[group] = data[group] | {name: new[group][name]}
        return True
    if path == "direction" and new["direction"] is not None:
        data["direction"] = new["direction"]
        return True
    if path in ("entry", "exit") and new[path] is not None:
        uses = conditions.indicators_of(conditions.from_json(new[path]))
        if any(use.name in before.excluded for use in uses):
            return False  # the person wants none of it
        data[path] = new[path]
        return True
    if group == "excluded" and name in new["excluded"]:
        data["excluded"] = [*dict.fromkeys([*data["excluded"], name])]
        return True
    named = any(item["name"] == name for item in new["indicators"])
    return group == "indicators" and named and name not in before.excluded


def _indicators(before: Spec, data: dict[str, Any], new: dict[str, Any], used: dict[str, str]) -> list[dict[str, Any]]:
    """Those that are only spoken of; what conditions name is added by the schema's reader."""
    trees = [conditions.from_json(tree) for tree in (before.entry, before.exit) if tree]
    in_rules = [(use.name, use.params_dict()) for tree in trees for use in conditions.indicators_of(tree)]
    loose = [(item.name, dict(item.params)) for item in before.indicators]
    loose = [item for item in loose if item not in in_rules]
    told = [(item["name"], item["params"]) for item in new["indicators"] if f"indicators.{item['name']}" in used]
    listed = merge_indicators([*loose, *told], [])
    return [msgspec.to_builtins(item) for item in listed if item.name not in data["excluded"]]


def schema() -> dict[str, Any]:
    """The answer's JSON schema: ``docs/protocol.md`` section 7, every item optional, and the words beside it."""
    number = {"type": "number"}
    params = {"type": "object", "additionalProperties": number}
    names = list(PARAM_NAMES)
    indicator = {
        "type": "object",
        "properties": {"name": {"enum": names}, "params": params},
        "required": ["name"],
        "additionalProperties": False,
    }
    lines = sorted({line for group in LINES.values() for line in group})
    operand = {
        "anyOf": [
            number,
            {"enum": list(PRICES)},
            {
                "type": "object",
                "properties": {
                    "name": {"enum": names},
                    "price": {"enum": list(PRICES)},
                    "params": params,
                    "line": {"enum": lines},
                    "offset": {"type": "integer", "minimum": 0},
                },
                "additionalProperties": False,
            },
        ]
    }
    condition = {"$ref": "#/$defs/condition"}
    several = {"type": "array", "items": condition, "minItems": 1}
    tree = {
        "anyOf": [
            {
                "type": "object",
                "properties": {"op": {"enum": list(OPS)}, "left": operand, "right": operand},
                "required": ["op", "left", "right"],
                "additionalProperties": False,
            },
            *(
                {"type": "object", "properties": {word: kind}, "required": [word], "additionalProperties": False}
                for word, kind in (("all", several), ("any", several), ("not", condition))
            ),
        ]
    }
    market = {
        "instrument": {"type": "string"},
        "kind": {"enum": list(MARKET_KINDS)},
        "timeframe": {"enum": list(TIMEFRAMES)},
    }
    spec = {
        "market": {"type": "object", "properties": market, "additionalProperties": False},
        "indicators": {"type": "array", "items": indicator},
        "entry": condition,
        "exit": condition,
        "risk": {"type": "object", "properties": dict.fromkeys(RISK_LIMITS, number), "additionalProperties": False},
        "direction": {"enum": list(DIRECTIONS)},
        "excluded": {"type": "array", "items": {"enum": names}},
    }
    return {
        "type": "object",
        "properties": {
            "spec": {"type": "object", "properties": spec, "additionalProperties": False},
            "words": {"type": "array", "items": QUOTE},
        },
        "required": ["spec", "words"],
        "additionalProperties": False,
        "$defs": {"condition": tree},
    }
