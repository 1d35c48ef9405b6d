"""How complete an idea is, by rule (``docs/design.md``): four scores, what is missing, and the next questions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from strategies import choices
from strategies.conditions import IndicatorUse, from_json, indicators_of
from strategies.describe import KINDS, say
from strategies.grammar import MOVING_AVERAGES, is_complete
from strategies.spec import TIMEFRAMES, Spec

WEIGHTS = {"trading_logic": 0.30, "risk_management": 0.25, "technical_parameters": 0.25, "market_context": 0.20}
READY_OVERALL = 0.7
READY_EACH = 0.5
READY_EACH_SYSTEM = 0.7  # a trading system: stricter, and its size must be said


@dataclass(frozen=True, slots=True)
class Maturity:
    scores: dict[str, float]
    overall: float
    ready: bool
    missing: list[dict[str, Any]]  # {"field", "question", "choices"}, most useful first
    needed: float = READY_EACH  # of each dimension


def assess(
    spec: Spec, kind: str = "strategy", language: str = "en", declined: frozenset[str] = frozenset()
) -> Maturity:
    """``declined``: paths that the person said they want none of; they are not asked for again."""
    system = kind == "trading_system"
    scores = {
        "trading_logic": _logic(spec),
        "risk_management": _risk(spec, system),
        "technical_parameters": _technical(spec),
        "market_context": _market(spec),
    }
    overall = round(sum(WEIGHTS[name] * score for name, score in scores.items()), 2)
    each = READY_EACH_SYSTEM if system else READY_EACH
    ready = overall >= READY_OVERALL and all(score >= each for score in scores.values())
    every = _questions(spec, language, system, scores, each)
    questions = [item for item in every if item["field"] not in declined]
    if not questions and not ready:
        questions = every  # nothing else could make it ready
    return Maturity({name: round(score, 2) for name, score in scores.items()}, overall, ready, questions, each)


def incomplete(spec: Spec) -> list[IndicatorUse]:
    """Indicators that lack a parameter which has no default."""
    uses: dict[IndicatorUse, None] = {}
    for tree in (spec.entry, spec.exit):
        for use in indicators_of(from_json(tree)) if tree else []:
            if not use.complete:
                uses[use] = None
    for item in spec.indicators:
        if not is_complete(item.name, item.params):
            uses[IndicatorUse(item.name, tuple(item.params.items()))] = None
    return list(uses)


def has_risk_exit(spec: Spec) -> bool:
    """Whether a position ends without an exit rule, other than by a loss."""
    risk = spec.risk
    return risk.take_profit_pct is not None or risk.trailing_stop_pct is not None or risk.max_bars is not None


def _logic(spec: Spec) -> float:
    if spec.entry is None:
        return 0.3 if spec.exit else 0.0
    exits = 0.35 if spec.exit else 0.2 if has_risk_exit(spec) and spec.direction != "both" else 0.0
    return 0.45 + exits + (0.2 if spec.direction else 0.0) if exits else 0.45


def _risk(spec: Spec, system: bool) -> float:
    risk = spec.risk
    score = 0.5 if risk.stop_loss_pct is not None or risk.trailing_stop_pct is not None else 0.0
    score += 0.25 if risk.take_profit_pct is not None or risk.trailing_stop_pct is not None or spec.exit else 0.0
    score += 0.25 if risk.position_pct is not None else 0.0
    sized = risk.position_pct is not None and score >= 0.75
    return min(score, 0.6) if system and not sized else score


def _technical(spec: Spec) -> float:
    if spec.entry is None and spec.exit is None:
        return 0.4 if spec.indicators and not incomplete(spec) else 0.2 if spec.indicators else 0.0
    return 0.4 if incomplete(spec) else 1.0


def _market(spec: Spec) -> float:
    market = spec.market
    parts = ((market.instrument, 0.45), (market.timeframe, 0.45), (market.kind, 0.1))
    score = sum(weight for value, weight in parts if value)
    return score if market.timeframe or not market.instrument else 0.45


def _ask_of_a_system(spec: Spec, language: str, ask: Callable[..., None]) -> None:
    """What a trading system is asked beside: how long it may hold, and what kind of market it trades."""
    if spec.risk.max_bars is None:
        ask(
            "risk.max_bars",
            "risk_management",
            "How many bars may a position last at the longest? (Say “no time limit” if it may last for any time.)",
            "一笔持仓最长持有多少根 K 线？（不限制的话，可以说“不限时间”。）",
            [say(language, "{count} bars", "{count} 根", count=count) for count in (20, 50, 100)],
        )
    if spec.market.kind is None:
        ask(
            "market.kind",
            "market_context",
            "What kind of market is it: spot, futures, stocks or forex?",
            "是哪一类市场：现货、合约、股票还是外汇？",
            [say(language, *words) for words in KINDS.values()],
        )


def _questions(spec: Spec, language: str, system: bool, scores: dict[str, float], each: float) -> list[dict[str, Any]]:
    found: list[tuple[bool, dict[str, Any]]] = []

    def ask(field: str, dimension: str, english: str, chinese: str, answers: list[str] | None = None) -> None:
        question = {"field": field, "question": say(language, english, chinese), "choices": answers or []}
        found.append((scores[dimension] < each, question))

    if spec.entry is None:
        ask(
            "entry",
            "trading_logic",
            "What should open a position? For example: “buy when SMA 5 crosses above SMA 20”.",
            "什么情况下入场？例如：“5日均线上穿20日均线时买入”。",
            choices.entries(spec, language),
        )
    for use in incomplete(spec):
        average = use.name in MOVING_AVERAGES
        ask(
            f"indicators.{use.name}.period",
            "technical_parameters",
            f"Which periods should {use.name} use? For example 5 and 20."
            if average
            else f"Which period should {use.name} use?",
            f"{use.name} 用什么周期？例如 5 和 20。" if average else f"{use.name} 用什么周期？",
            ["5, 10", "5, 20", "10, 30", "50, 200"] if average else [],
        )
    if spec.exit is None:
        ask(
            "exit",
            "trading_logic",
            "What should close it? For example: “sell when it crosses back below”.",
            "什么情况下出场？例如：“下穿时卖出”。",
            choices.exits(spec, language),
        )
    if spec.risk.stop_loss_pct is None and spec.risk.trailing_stop_pct is None:
        ask(
            "risk.stop_loss_pct",
            "risk_management",
            "How large may the loss of one trade be before it is stopped, in percent?",
            "单笔亏损达到百分之几时止损？",
            ["1%", "2%", "3%", "5%"],
        )
    if spec.market.timeframe is None:
        ask("market.timeframe", "market_context", "Which timeframe?", "用什么时间周期？", list(TIMEFRAMES))
    if spec.market.instrument is None:
        ask(
            "market.instrument",
            "market_context",
            "Which market or symbol should it trade, for example BTC/USDT or AAPL?",
            "交易哪个品种？例如 BTC/USDT 或 AAPL。",
        )
    if spec.risk.position_pct is None:
        ask(
            "risk.position_pct",
            "risk_management",
            "What part of the capital should one position use, in percent?",
            "每次用百分之几的资金开仓？",
            ["10%", "20%", "50%", "100%"],
        )
    if spec.direction is None:
        ask(
            "direction",
            "trading_logic",
            "Should it trade long only, short only, or both ways?",
            "只做多、只做空，还是多空双向？",
            ["long", "short", "both"],
        )
    if spec.risk.take_profit_pct is None and spec.risk.trailing_stop_pct is None:
        ask(
            "risk.take_profit_pct",
            "risk_management",
            "At what gain should it take profit, in percent? (Say “no take-profit” if the exit rule is enough.)",
            "盈利达到百分之几时止盈？（如果出场规则已经够用，可以说“不设止盈”。）",
            ["3%", "5%", "10%"],
        )
    if system:
        _ask_of_a_system(spec, language, ask)
    # what keeps the idea from being ready comes first, in the order above
    return [question for blocking, question in sorted(found, key=lambda item: not item[0])]
