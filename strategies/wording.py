"""The items of a spec for pages: label, phrase, and the person's own words that they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from strategies import describe
from strategies.conditions import from_json
from strategies.indicators import describe as indicator_describe
from strategies.indicators.spec import IndicatorSpec, is_indicator_spec
from strategies.indicators.spec import from_json as indicator_from_json


@dataclass(frozen=True, slots=True)
class SpecItem:
    """One thing the person said: ``words`` are their own, ``path`` is its place in the spec.

    ``message`` is the one that the words stand in, ``by`` who put it there: rules, model or person.
    """

    path: str
    label: str
    text: str
    words: str = ""
    message: str = ""
    by: str = ""


def spec_items(spec: Mapping[str, Any], sources: Mapping[str, Any] | None = None) -> list[SpecItem]:
    """Everything that is said in ``spec``, in the order of a plan, in the active language."""
    if is_indicator_spec(spec):
        return _indicator_items(indicator_from_json(dict(spec)), sources)
    market, risk = spec.get("market") or {}, spec.get("risk") or {}
    found: list[tuple[str, str, str | None]] = [
        ("market.instrument", _("Instrument"), market.get("instrument")),
        ("market.kind", _("Market"), kind_words(market.get("kind"))),
        ("market.timeframe", _("Bars"), timeframe_words(market.get("timeframe"))),
        ("direction", _("Direction"), direction_words(spec.get("direction"))),
        ("entry", _("Entry"), _condition(spec.get("entry"))),
        ("exit", _("Exit"), _condition(spec.get("exit"))),
        ("risk.stop_loss_pct", _("Stop loss"), _percent(risk.get("stop_loss_pct"))),
        ("risk.take_profit_pct", _("Take profit"), _percent(risk.get("take_profit_pct"))),
        ("risk.trailing_stop_pct", _("Trailing stop"), _percent(risk.get("trailing_stop_pct"))),
        ("risk.position_pct", _("Position size"), _percent(risk.get("position_pct"))),
        ("risk.max_bars", _("Longest holding"), _bars(risk.get("max_bars"))),
        ("indicators", _("Indicators"), ", ".join(indicator_words(item) for item in spec.get("indicators") or [])),
        ("excluded", _("Not wanted"), ", ".join(str(name) for name in spec.get("excluded") or [])),
    ]
    known = sources or {}
    items = []
    for path, label, text in found:
        if text:
            items.append(SpecItem(path, label, text, *_source(sources, path)))
        elif path.startswith("risk.") and known.get(path, {}).get("declined"):
            source = known[path]
            words, message = str(source.get("words") or ""), str(source.get("message") or "")
            items.append(SpecItem(path, label, _("none"), words, message, str(source.get("by") or "")))
    return items


def _indicator_items(spec: IndicatorSpec, sources: Mapping[str, Any] | None) -> list[SpecItem]:
    language = _language()
    pane = indicator_describe.PANES.get(spec.pane or "")
    found = [
        ("measure", _("Measures"), indicator_describe.measure_words(spec, language)),
        ("smoothing", _("Smoothed with"), indicator_describe.average_words(spec.smoothing) if spec.smoothing else ""),
        ("signal", _("Signal line"), indicator_describe.average_words(spec.signal) if spec.signal else ""),
        ("pane", _("Drawn"), describe.say(language, *pane) if pane else ""),
    ]
    return [
        SpecItem(path, label, text[:1].upper() + text[1:], *_source(sources, "inputs" if path == "measure" else path))
        for path, label, text in found
        if text
    ]


def timeframe_words(timeframe: str | None) -> str:
    words = {
        "1m": _("1 minute"),
        "5m": _("5 minutes"),
        "15m": _("15 minutes"),
        "30m": _("30 minutes"),
        "1h": _("1 hour"),
        "4h": _("4 hours"),
        "1d": _("1 day"),
        "1w": _("1 week"),
    }
    return words.get(timeframe or "", timeframe or "")


def kind_words(kind: str | None) -> str:
    return _one_of(describe.KINDS, kind)


def direction_words(direction: str | None) -> str:
    return _one_of(describe.DIRECTIONS, direction)


def indicator_words(indicator: Mapping[str, Any]) -> str:
    """``MACD(12, 26, 9)``."""
    return describe.indicator_words(str(indicator.get("name")), indicator.get("params") or {}, _language())


def param_words(name: str) -> str:
    english, chinese = describe.PARAMS.get(name, (name, name))
    return describe.say(_language(), english, chinese)


def _language() -> str:
    return get_language() or "en"


def _one_of(words: Mapping[str, tuple[str, str]], name: str | None) -> str:
    english, chinese = words.get(name or "", ("", ""))
    text = describe.say(_language(), english, chinese) or name or ""
    return text[:1].upper() + text[1:]


def _condition(tree: Mapping[str, Any] | None) -> str:
    return describe.condition_words(from_json(dict(tree)), _language()) if tree else ""


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:g} %"


def _bars(value: int | None) -> str:
    return "" if value is None else _("{count} bars").format(count=value)


def _source(sources: Mapping[str, Any] | None, path: str) -> tuple[str, str, str]:
    """Words, message and by whom; of a list the newest of its entries."""
    known = sources or {}
    within = [source for name, source in known.items() if name == path or name.startswith(f"{path}.")]
    source = within[-1] if within else None
    if not isinstance(source, Mapping) or source.get("declined"):
        return "", "", ""
    return str(source.get("words") or ""), str(source.get("message") or ""), str(source.get("by") or "")


def changes_in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What became of the plan's items, a line each: ``Stop loss: 2 % → 3 %``."""
    old = {item.path: item for item in spec_items(before)} if before else {}
    new = {item.path: item for item in spec_items(after)} if after else {}
    lines = []
    for path, item in {**old, **new}.items():
        was, now = old.get(path), new.get(path)
        if was is not None and now is not None and was.text != now.text:
            lines.append(f"{item.label}: {was.text} → {now.text}")
        elif was is None and now is not None:
            lines.append(f"{item.label}: {now.text}")
        elif was is not None and now is None:
            lines.append(_("{label}: no longer {text}").format(label=item.label, text=was.text))
    return lines
