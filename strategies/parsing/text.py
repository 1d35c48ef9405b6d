"""Text made comparable, character by character, so that every place still points into the person's own words."""

_TRADITIONAL = (
    "線线買买賣卖損损倉仓時时鐘钟鍾钟開开盤盘價价與与於于當当進进場场離离間间週周個个點点單单動动蹤踪軌轨帶带現现貨货約约"
    "雙双號号幣币為为後后過过滿满資资額额變变換换設设無无選选從从轉转負负紅红綠绿標标漲涨確确認认請请嗎吗還还沒没會会長长"
    "數数據据級级別别參参並并兩两條条達达內内應应該该亞亚則则說说這这個个對对給给讓让開开關关閉闭繼继續续簡简權权加加際际"
    "頂顶處处實实際际黃黄亡亡圖图種种樣样試试極极穩稳調调減减強强弱弱異异隨随機机擊击穿穿漸渐賺赚虧亏"
)
_SAME_LENGTH = {ord(old): new for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)}
_SAME_LENGTH |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SAME_LENGTH |= {0x3000: " ", 0x2019: "'", 0x2018: "'", 0x2013: "-", 0x2014: "-", 0x2212: "-", 0x00A0: " "}


def comparable(text: str) -> str:
    """Lower case, half width, simplified characters; exactly as long as ``text``."""
    mapped = text.translate(_SAME_LENGTH)
    lowered = mapped.lower()
    if len(lowered) == len(mapped):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in mapped)


def is_chinese(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in text)


def reply_language(text: str, fallback: str) -> str:
    """The language of the message, ``en`` or ``zh-hans``; the fallback where it has no words of either."""
    if is_chinese(text):
        return "zh-hans"
    if sum(char.isascii() and char.isalpha() for char in text) >= 2:
        return "en"
    return "zh-hans" if fallback.lower().startswith("zh") else "en"
