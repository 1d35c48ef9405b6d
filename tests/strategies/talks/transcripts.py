"""The transcripts of ``docs/``: what the product says today to a trader's words, with the checks of what it made."""

from dataclasses import dataclass
from pathlib import Path

from chat.models import Conversation
from tests.support.hook_talk import Talk

DOCS = Path(__file__).resolve().parents[3] / "docs"
NOTE = (
    "Written by `python -m tests.strategies.talks --write`; a test fails where the product says something else today."
)


@dataclass(frozen=True)
class Transcript:
    name: str
    title: str
    kind: str
    words: tuple[str, ...]  # "" presses the button
    person: str = "**Trader**"
    product: str = "**Trademe**"

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
    parts = [f"# {transcript.title}", NOTE]
    for words in transcript.words:
        reply = talk.say(words) if words else talk.confirm()
        said = words or "*presses the button*"
        parts += ["---", f"{transcript.person}: {said}", f"{transcript.product}:", reply]
        if made := [version for version in talk.versions if version.message_id == talk.conversation.head_id]:
            parts.append(checks(made[0].number, made[0].strategy.name, made[0].validation["checked"]))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def checks(number: int, name: str, checked: list[dict[str, object]]) -> str:
    rows = [f"| {row['check']} | {'passed' if row['ok'] else 'said'} |" for row in checked]
    return "\n".join([f"*Version {number} of “{name}”. Its checks:*", "", "| check | |", "|---|---|", *rows])
