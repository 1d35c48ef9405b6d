"""Conditions in one line, for labels that a person can check: ``SMA(5) x> SMA(20) & (RSI < 30 | KDJ.j < 0)``.

``x>`` and ``x<`` are crossings; ``&`` binds tighter than ``|``; ``!`` denies a group in parentheses. An indicator has
its defaults unless it says otherwise, a line behind a dot, and ``[-n]`` for the value n bars ago.
"""

import re
from typing import Any

from strategies.grammar import PARAM_NAMES

_OPS = {"x>": "cross_above", "x<": "cross_below", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
_TOKEN = re.compile(
    r"\s*(?:(?P<op>x>|x<|>=|<=|>|<)|(?P<sign>[&|!()])"
    r"|(?P<name>[A-Z_]+)(?:\((?P<params>[\d., ]*)\))?(?:\.(?P<line>[a-z]+))?(?:\[-(?P<ago>\d+)\])?"
    r"|(?P<price>open|high|low|close|volume)(?:\[-(?P<back>\d+)\])?|(?P<number>[+-]?\d+(?:\.\d+)?))\s*"
)


def condition(text: str) -> dict[str, Any]:
    """The condition tree as JSON; raises ValueError where the notation is wrong."""
    tree, rest = _any_of(_tokens(text))
    if rest:
        raise ValueError(f"unexpected {rest[0].group()!r} in {text!r}")
    return tree


def indicator(text: str) -> dict[str, Any]:
    """``RSI(6)`` as an item of the spec's list."""
    item = _operand(_tokens(text)[0])
    return {"name": item["name"], "params": item["params"]}


def _tokens(text: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.end() == place:
            raise ValueError(f"cannot read {text[place:]!r} in {text!r}")
        found.append(match)
        place = match.end()
    return found


Rest = list[re.Match[str]]


def _any_of(tokens: Rest) -> tuple[dict[str, Any], Rest]:
    return _group(tokens, "|", "any")


def _group(tokens: Rest, sign: str, key: str) -> tuple[dict[str, Any], Rest]:
    read = _part if sign == "&" else _all_of
    item, tokens = read(tokens)
    items = [item]
    while tokens and tokens[0]["sign"] == sign:
        item, tokens = read(tokens[1:])
        items.append(item)
    return (items[0] if len(items) == 1 else {key: items}), tokens


def _all_of(tokens: Rest) -> tuple[dict[str, Any], Rest]:
    return _group(tokens, "&", "all")


def _part(tokens: Rest) -> tuple[dict[str, Any], Rest]:
    if tokens[0]["sign"] == "!":
        item, tokens = _part(tokens[1:])
        return {"not": item}, tokens
    if tokens[0]["sign"] == "(":
        item, tokens = _any_of(tokens[1:])
        return item, tokens[1:]
    left, op, right = tokens[:3]
    return {"op": _OPS[op["op"]], "left": _operand(left), "right": _operand(right)}, tokens[3:]


def _operand(token: re.Match[str]) -> Any:
    if token["number"]:
        return float(token["number"])
    if token["price"]:
        return {"price": token["price"], "offset": int(token["back"])} if token["back"] else token["price"]
    figures = [float(figure) for figure in (token["params"] or "").split(",") if figure.strip()]
    item: dict[str, Any] = {
        "name": token["name"],
        "params": dict(zip(PARAM_NAMES[token["name"]], figures, strict=False)),
    }
    if token["line"]:
        item["line"] = token["line"]
    if token["ago"]:
        item["offset"] = int(token["ago"])
    return item


_SIGNS = {name: sign for sign, name in _OPS.items()}


def written(tree: dict[str, Any]) -> str:
    """A condition tree in this notation again."""
    if "not" in tree:
        return f"!({written(tree['not'])})"
    if "any" in tree:
        return " | ".join(written(item) for item in tree["any"])
    if "all" in tree:
        return " & ".join(f"({written(item)})" if "any" in item else written(item) for item in tree["all"])
    return f"{_operand_written(tree['left'])} {_SIGNS[tree['op']]} {_operand_written(tree['right'])}"


def indicator_written(item: dict[str, Any]) -> str:
    return f"{item['name']}({','.join(f'{value:g}' for value in item['params'].values())})"


def _operand_written(operand: Any) -> str:
    if isinstance(operand, int | float):
        return f"{operand:g}"
    if isinstance(operand, str):
        return operand
    name = operand.get("price") or indicator_written(operand)
    line = f".{operand['line']}" if "line" in operand else ""
    return name + line + (f"[-{operand['offset']}]" if operand.get("offset") else "")
