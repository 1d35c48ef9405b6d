"""How complete the idea of an indicator is, by rule: four scores, what is missing, and the next questions."""

from typing import Any

from strategies.describe import say
from strategies.grammar import MOVING_AVERAGES
from strategies.indicators.spec import OF_TWO, IndicatorSpec
from strategies.maturity import READY_EACH, READY_OVERALL, Maturity

WEIGHTS = {"measure": 0.30, "inputs": 0.25, "parameters": 0.25, "drawing": 0.20}
_NATURAL = 0.6  # a place to be drawn in that nobody has named follows from what is measured
_TOLD = 0.8  # to a model the person's own words may be enough


def assess(spec: IndicatorSpec, language: str = "en", free: bool = False) -> Maturity:
    """``free``: a model writes the code, so that it may measure what no rule can compose."""
    told = _TOLD if free and spec.idea else 0.0
    scores = {
        "measure": max(_measure(spec), told),
        "inputs": max(_inputs(spec), told),
        "parameters": max(_parameters(spec), told),
        "drawing": 1.0 if spec.pane else _NATURAL if _measure(spec) >= READY_EACH or told else 0.0,
    }
    overall = round(sum(WEIGHTS[name] * score for name, score in scores.items()), 2)
    ready = overall >= READY_OVERALL and all(score >= READY_EACH for score in scores.values())
    rounded = {name: round(score, 2) for name, score in scores.items()}
    return Maturity(rounded, overall, ready, _questions(spec, language))


def composable(spec: IndicatorSpec) -> bool:
    """Whether the rules can write its code."""
    return assess(spec).ready


def needed_inputs(spec: IndicatorSpec) -> int:
    return 2 if spec.measure in OF_TWO else 1


def _measure(spec: IndicatorSpec) -> float:
    if spec.measure:
        return 1.0
    return 0.4 if spec.inputs else 0.0


def _inputs(spec: IndicatorSpec) -> float:
    if not spec.inputs:
        return 0.0
    if spec.measure is None or spec.measure == "lines":
        return 1.0
    return 1.0 if len(spec.inputs) == needed_inputs(spec) else 0.4


def _parameters(spec: IndicatorSpec) -> float:
    if not spec.inputs:
        return 0.0
    if any(not item.complete for item in spec.inputs):
        return 0.4
    if spec.measure == "bands" and (spec.width is None or lacks_width_period(spec)):
        return 0.4
    if any(average is not None and average.period is None for average in (spec.smoothing, spec.signal)):
        return 0.4
    return 1.0


def lacks_width_period(spec: IndicatorSpec) -> bool:
    """Deviations are taken over the period of what the bands surround; a price has none."""
    width = spec.width
    return (
        width is not None
        and width.name == "STDDEV"
        and width.period is None
        and not any("period" in item.params for item in spec.inputs)
    )


def _questions(spec: IndicatorSpec, language: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def ask(field: str, english: str, chinese: str, choices: tuple[list[str], list[str]] = ([], [])) -> None:
        options = say(language, "0", "1")
        found.append({"field": field, "question": say(language, english, chinese), "choices": choices[int(options)]})

    if not spec.inputs:
        ask(
            "inputs",
            "What should it measure? For example: “the difference of EMA 12 and EMA 26”, or “bands around the "
            "20 day average”.",
            "它衡量什么？例如：“EMA12 和 EMA26 的差值”，或者“20日均线上下的通道”。",
            (["RSI 14", "MACD", "ATR 14"], ["RSI 14", "MACD", "ATR 14"]),
        )
    elif spec.measure is None:
        ask(
            "measure",
            "What should be done with them: draw each, or take the difference, also in percent, or the ratio?",
            "怎么处理它们：分别画出，还是取差值、百分比差或比值？",
            (
                ["the difference", "the difference in percent", "the ratio", "draw each"],
                ["取差值", "取百分比差", "取比值", "分别画出"],
            ),
        )
    elif spec.measure in OF_TWO and len(spec.inputs) != 2:
        ask(
            "inputs",
            "It needs exactly two inputs. Which two?",
            "需要正好两个输入，是哪两个？",
            (["the close and SMA 20", "EMA 12 and EMA 26"], ["收盘价和20日均线", "EMA12和EMA26"]),
        )
    elif spec.measure == "bands" and len(spec.inputs) != 1:
        ask(
            "inputs",
            "Around which one line should the bands be?",
            "通道围绕哪一条线？",
            (["SMA 20", "EMA 20"], ["SMA 20", "EMA 20"]),
        )
    for item in spec.inputs:
        if not item.complete:
            example = "20" if item.name in MOVING_AVERAGES else "14"
            ask(
                f"indicators.{item.name}.period",
                f"Which period should {item.name} use? For example {example}.",
                f"{item.name} 用什么周期？例如 {example}。",
                (["10", "20", "50"], ["10", "20", "50"]),
            )
    if spec.measure == "bands" and spec.width is None:
        ask(
            "width",
            "How far away should the bands be?",
            "通道离中线多远？",
            (["2 ATR", "2 standard deviations", "2%"], ["2倍ATR", "2倍标准差", "2%"]),
        )
    if lacks_width_period(spec):
        ask(
            "width.period",
            "Over how many bars should the standard deviation be taken?",
            "标准差取多少根 K 线？",
            (["20 bars", "50 bars"], ["20根", "50根"]),
        )
    for field, average in (("smoothing", spec.smoothing), ("signal", spec.signal)):
        if average is not None and average.period is None:
            ask(
                field,
                f"Over how many bars should the {average.name} go?",
                f"{average.name} 取多少根 K 线？",
                (["5", "9", "20"], ["5", "9", "20"]),
            )
    if spec.inputs and spec.pane is None:
        ask(
            "pane",
            "Where should it be drawn?",
            "画在哪里？",
            (["over the candles", "below the candles"], ["画在主图上", "画在副图"]),
        )
    return found
