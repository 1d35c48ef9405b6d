"""Whatever is said in whatever order: the parser stays whole, quick, and gives a spec that is one."""

import random
import time

import pytest

from strategies.parsing import apply, parse
from strategies.parsing.vocabulary import ENTRIES
from strategies.spec import Spec, read_spec, to_json
from tests.strategies.corpus import figures

ASKED: tuple[tuple[str, ...], ...] = ((), ("risk.stop_loss_pct",), ("indicators.SMA.period", "exit"), ("entry",))
FIGURES = (
    "5日",
    "20",
    "30%",
    "10 bars",
    "2.5倍标准差",
    "twenty",
    "三成",
    "9:30",
    "一万块",
    "-100",
    "+8%",
    "BTC/USDT",
    "15m",
)
MARKS = ("（", "）", "?", "，", "。", "、", "\n", "")
PLAN = "BTC 1h，RSI低于30且MACD金叉买入，5日均线下穿20日均线卖出，止损2%"


@pytest.mark.parametrize("seed", range(4))
def test_any_words_in_any_order_give_a_valid_spec(seed: int) -> None:
    chance = random.Random(seed)
    messages = [case.text for _theme, _language, case in figures.cases()]
    words = (*ENTRIES, *FIGURES, *MARKS)
    for number in range(300):
        if number % 2:
            text = chance.choice((" ", "")).join(chance.choices(words, k=chance.randint(1, 14)))
        else:
            first, second = chance.sample(messages, 2)
            middle = chance.choice(MARKS)
            text = first[: chance.randint(0, len(first))] + middle + second[chance.randint(0, len(second)) :]
        spec = Spec()
        for message in (chance.choice(messages), text, chance.choice(messages)):
            spec = apply(spec, parse(message, spec=spec, asked=chance.choice(ASKED)))
            assert to_json(read_spec(to_json(spec))) == to_json(spec), text


@pytest.mark.parametrize(
    "unit",
    [
        "连续两天",
        "（RSI<30 或",
        "either RSI<30 or ",
        "5大于",
        "bolinger ",
        "20日突破",
        "把30改成25",
        "RSI<30?",
        "昨",
        "d线",
        "a third of my ",
    ],
)
def test_new_words_keep_the_reading_linear(unit: str) -> None:
    plan = apply(Spec(), parse(PLAN, spec=Spec()))
    text = (unit * 4_000)[:4_000]
    begun = time.process_time()
    apply(plan, parse(text, spec=plan))
    assert time.process_time() - begun < 2
