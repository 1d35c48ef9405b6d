"""The transcripts of ``docs/``: what the product says today to a trader's words, with the checks of what it made."""

from dataclasses import dataclass
from pathlib import Path

from django.utils import translation

from chat.models import Conversation
from strategies.backtests import cards, service
from strategies.backtests.setup import configure
from strategies.backtests.worker import Worker
from strategies.data.bundles import bundles
from strategies.describe import say
from strategies.models import StrategyVersion
from tests.support.hook_talk import Talk

DOCS = Path(__file__).resolve().parents[3] / "docs"
NOTE = (
    "Written by `python -m tests.strategies.talks --write`; a test fails where the product says something else today.",
    "由 `python -m tests.strategies.talks --write` 写成；产品今天的回答与此不同时，测试会失败。",
)


@dataclass(frozen=True)
class Transcript:
    name: str
    title: str
    kind: str
    words: tuple[str, ...]  # "" presses the button
    person: str = "**Trader**"
    product: str = "**Trademe**"
    language: str = "en"
    bars: str = ""  # the key of the bars that the last version is run on

    @property
    def path(self) -> Path:
        return DOCS / f"transcript-{self.name}.md"


TRANSCRIPTS = (
    Transcript(
        "en",
        "A strategy talked through in English",
        "strategy",
        (
            "hi, I have been watching bitcoin and would like to trade it",
            "buy when RSI 14 is under 30 and the close is above the 200 day average",
            "sell when RSI is above 60",
            "4h",
            "what happens on weekends?",
            "stop loss 3%, a quarter of the money",
            "not sure about 60, make it 65",
            "yes, generate",
            "no, without the 200 day average",
            "undo",
            "use a stop of 4 percent",
            "",
        ),
        bars="synthetic-btc-usdt-4h",
    ),
    Transcript(
        "zh",
        "用中文谈一个策略",
        "strategy",
        (
            "我想做一个均线策略，但不太懂",
            "5日均线上穿20日均线买入，下穿卖出",
            "BTC/USDT，15分钟",
            "顶背离的时候也卖",
            "止损两个点，半仓",
            "先不要生成，止盈加上5%",
            "好的，生成吧",
            "改成10日和30日",
            "撤回",
            "止损改为3%",
            "更新代码",
        ),
        person="**交易者**",
        language="zh-hans",
        bars="synthetic-btc-usdt-15m",
    ),
    Transcript(
        "indicator",
        "An indicator, from two averages to its second version",
        "indicator",
        (
            "EMA 12 and EMA 26",
            "the difference, smoothed with EMA 5",
            "below the candles",
            "yes, generate",
            "change 26 to 30",
            "",
        ),
    ),
)


def written(transcript: Transcript, conversation: Conversation) -> str:
    """The whole document; plays the conversation."""
    talk = Talk(conversation)
    language = transcript.language
    parts = [f"# {transcript.title}", say(language, *NOTE)]
    for words in transcript.words:
        reply = talk.say(words) if words else talk.confirm()
        said = words or say(language, "*presses the button*", "*按下按钮*")
        parts += ["---", f"{transcript.person}: {said}", f"{transcript.product}:", reply]
        if made := [version for version in talk.versions if version.message_id == talk.conversation.head_id]:
            parts.append(checks(made[0], language))
    if transcript.bars:
        parts += ["---", backtest(talk.versions[-1], transcript.bars, language)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def checks(version: StrategyVersion, language: str) -> str:
    rows = [
        f"| {row['check']} | {say(language, 'passed', '通过') if row['ok'] else say(language, 'said', '有提示')} |"
        for row in version.validation["checked"]
    ]
    title = say(
        language,
        "*Version {number} of “{name}”. Its checks:*",
        "*“{name}”的第 {number} 版，检查结果：*",
        number=version.number,
        name=version.strategy.name,
    )
    return "\n".join([title, "", f"| {say(language, 'check', '检查')} | |", "|---|---|", *rows])


def backtest(version: StrategyVersion, bars: str, language: str) -> str:
    """What the card says of a run of the version, carried out here by a worker in the sandbox."""
    dataset = next(bundle for bundle in bundles() if bundle.key == bars).load()
    with translation.override(language):
        found = service.start(version.strategy.owner, configure(version, dataset))
    assert Worker().run_next(found.pk)
    found.refresh_from_db()
    with translation.override(language):
        return cards.content(found)
