"""Instrument, kind of market and timeframe in a message."""

import re

from strategies.parsing.patch import SpecPatch, Unread
from strategies.parsing.text import is_chinese
from strategies.parsing.tokens import Token
from strategies.spec import Market

WORD = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9]{0,9}(?:[/-][A-Za-z]{3,5})?(?![A-Za-z0-9_])")
_CODE = re.compile(r"(?<![0-9.])[0-9]{6}(?![0-9.%])")
_QUOTES = frozenset(("USDT", "USDC", "USD", "BUSD", "BTC", "ETH", "EUR", "JPY", "CNY", "GBP"))
_FOREX = frozenset(("USD", "EUR", "JPY", "GBP", "CHF", "AUD", "NZD", "CAD", "CNH", "CNY", "HKD", "SGD", "XAU", "XAG"))
# known in any spelling; the second set only in capitals, since the words also mean something else
_COINS = frozenset(
    ("BTC", "ETH", "BNB", "XRP", "DOGE", "LTC", "BCH", "AVAX", "SHIB", "TRX", "UNI", "ATOM", "XLM", "XMR")
)
_CAPITALS = frozenset(
    (
        "SOL", "ADA", "DOT", "LINK", "OP", "ARB", "NEAR", "FIL", "APT", "SUI", "PEPE", "TON", "ETC", "MATIC", "AAVE",
        "GOOG", "GOOGL", "AMZN", "META", "FB", "IBM", "SPY", "QQQ", "NFLX", "AMD", "INTC", "BABA", "ORCL", "CRM", "KO",
        "JPM", "DIS", "BA", "GE", "V", "WMT", "UBER", "COIN", "PDD", "JD", "NIO", "GLD", "TLT", "IWM", "DIA",
    )
)  # fmt: skip
_STOCKS = frozenset(("AAPL", "MSFT", "TSLA", "NVDA"))
_NAMES = {
    "比特币": "BTC",
    "大饼": "BTC",
    "以太坊": "ETH",
    "以太币": "ETH",
    "狗狗币": "DOGE",
    "莱特币": "LTC",
    "瑞波币": "XRP",
    "苹果": "AAPL",
    "特斯拉": "TSLA",
    "英伟达": "NVDA",
    "微软": "MSFT",
    "谷歌": "GOOGL",
    "亚马逊": "AMZN",
    "阿里巴巴": "BABA",
    "茅台": "600519",
    "宁德时代": "300750",
    "比亚迪": "002594",
    "五粮液": "000858",
    "招商银行": "600036",
    "平安银行": "000001",
    "中国平安": "601318",
}
_WORD_NAMES = {
    "BITCOIN": "BTC",
    "ETHEREUM": "ETH",
    "ETHER": "ETH",
    "DOGECOIN": "DOGE",
    "LITECOIN": "LTC",
    "SOLANA": "SOL",
    "APPLE": "AAPL",
    "TESLA": "TSLA",
    "NVIDIA": "NVDA",
    "MICROSOFT": "MSFT",
    "GOOGLE": "GOOGL",
    "AMAZON": "AMZN",
}
_KINDS = (
    ("spot", ("现货", "spot")),
    ("futures", ("合约", "期货", "永续", "futures", "future", "perpetual", "perpetuals", "perp", "perps", "swaps")),
    ("stock", ("股票", "美股", "a股", "港股", "stock", "stocks", "shares")),
    ("forex", ("外汇", "forex", "fx")),
)
MOST_FOUND = 20
_CODE_CUES = ("股票", "代码", "a股", "stock")


def read_market(
    text: str, plain: str, tokens: list[Token], market: Market, asked: tuple[str, ...], patch: SpecPatch
) -> None:
    """``text`` as written, ``plain`` the same made comparable; ``market`` is the one of the plan so far."""
    _read_instrument(text, plain, tokens, asked, market.instrument, patch)
    _read_kind(plain, patch)
    _read_timeframe(text, tokens, market.timeframe, patch)


def _read_instrument(
    text: str, plain: str, tokens: list[Token], asked: tuple[str, ...], known: str | None, patch: SpecPatch
) -> None:
    found: list[tuple[int, int, str]] = []
    for match in WORD.finditer(_halfwidth(text)):
        name = instrument_of(match.group())
        if name:
            found.append((match.start(), match.end(), name))
    for word, name in _NAMES.items():
        place = plain.find(word)
        if place >= 0:
            found.append((place, place + len(word), name))
    named = any(name.isdigit() for _start, _end, name in found)
    if named or any(cue in plain for cue in _CODE_CUES) or "market.instrument" in asked:
        found += [(match.start(), match.end(), match.group()) for match in _CODE.finditer(plain)]
    if not found and asked[:1] == ("market.instrument",):
        stripped = text.strip(" .!,。，！")
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./-]{1,15}", stripped) and not tokens:
            place = text.find(stripped)
            found.append((place, place + len(stripped), stripped.upper()))
    found.sort()
    found = [item for item in found[:MOST_FOUND] if not _negated(item[0], tokens)]
    names = list(dict.fromkeys(name for _start, _end, name in found))
    # "BTC" and "BTC/USDT" in one message are one market: the fuller name
    names = [name for name in names if not any(other != name and other.startswith(name + "/") for other in names)]
    if len(names) == 2 and known in names:
        names.remove(known)  # "ETH rather than BTC", where it was BTC
    if len(names) > 1 and not any(token.kind == "change" for token in tokens):
        patch.unread.append(Unread(", ".join(names), "one_instrument"))
        return
    if names:
        start, end, _name = next(item for item in reversed(found) if item[2] == names[-1])
        patch.market["instrument"] = names[-1]
        patch.sources["market.instrument"] = text[start:end]


def _halfwidth(text: str) -> str:
    return "".join(char if not 0xFF01 <= ord(char) < 0xFF5F else chr(ord(char) - 0xFEE0) for char in text)


def name_spans(plain: str) -> list[tuple[int, int]]:
    """Where instruments are called by a Chinese name."""
    spans = []
    for word in _NAMES:
        place = plain.find(word)
        while place >= 0:
            spans.append((place, place + len(word)))
            place = plain.find(word, place + len(word))
    return spans


def named_spans(text: str, plain: str) -> list[tuple[int, int]]:
    """Where instruments and kinds of market are named."""
    spans = [match.span() for match in WORD.finditer(_halfwidth(text)) if instrument_of(match.group())]
    spans += [match.span() for match in _CODE.finditer(plain)]
    for word in (*_NAMES, *(word for _kind, words in _KINDS for word in words)):
        place = plain.find(word)
        while place >= 0:
            spans.append((place, place + len(word)))
            place = plain.find(word, place + len(word))
    return spans


def instrument_of(word: str) -> str | None:
    """The instrument that an ASCII word names, or None; ``eth`` inside ``method`` never gets here."""
    upper = word.upper()
    base, dash, quote = upper.replace("-", "/").partition("/")
    if dash:
        return f"{base}/{quote}" if quote in _QUOTES and base.isalnum() and len(base) >= 2 else None
    for ending in ("USDT", "USDC", "BUSD"):
        if upper.endswith(ending) and 2 <= len(upper) - len(ending) <= 8:
            return f"{upper[: -len(ending)]}/{ending}"
    if len(upper) == 6 and upper[:3] in (_FOREX | _COINS) and upper[3:] in _FOREX and upper[:3] != upper[3:]:
        return f"{upper[:3]}/{upper[3:]}"
    if upper in _WORD_NAMES:
        return _WORD_NAMES[upper]
    if upper in _COINS and upper not in ("UNI", "ATOM", "AVAX"):
        return upper
    if upper in _STOCKS:
        return upper
    if word.isupper() and (upper in _CAPITALS or upper in _COINS):
        return upper
    return None


def _negated(place: int, tokens: list[Token]) -> bool:
    before = [token for token in tokens if token.end <= place]
    return bool(before) and before[-1].kind == "neg" and place - before[-1].end <= 3


def _read_kind(plain: str, patch: SpecPatch) -> None:
    for kind, words in _KINDS:
        for word in words:
            place = plain.find(word)
            while place >= 0:
                end = place + len(word)
                latin = not is_chinese(word)
                if latin and plain[max(place - 5, 0) : place].endswith(("the ", "this ", " a ", "each ", "any ")):
                    place = plain.find(word, end)  # "when the stock makes a new high" tells no kind
                    continue
                if not latin or not (plain[place - 1 : place].isalpha() or plain[end : end + 1].isalpha()):
                    patch.market.setdefault("kind", kind)
                    patch.sources.setdefault("market.kind", plain[place:end])
                    break
                place = plain.find(word, end)


def _read_timeframe(text: str, tokens: list[Token], known: str | None, patch: SpecPatch) -> None:
    found: list[Token] = []
    for place, token in enumerate(tokens):
        if token.kind == "days" and token.value == 1 and not token.used:
            follower = tokens[place + 1] if place + 1 < len(tokens) else None
            if follower is None or follower.kind not in ("ind", "filler", "extreme", "rel", "list", "ago"):
                token.kind, token.value = "tf", "1d"
        if token.kind != "tf" or token.used:
            continue
        token.used = True
        if place and tokens[place - 1].kind == "neg":
            continue
        if token.value is None:
            patch.unread.append(Unread(text[token.start : token.end], "timeframe"))
        else:
            found.append(token)
    values = list(dict.fromkeys(token.value for token in found))
    changing = any(token.kind == "change" for token in tokens)
    if len(values) == 2 and known in values:
        values.remove(known)  # "1h would be better than 4h", where it was 4h
        found = [token for token in found if token.value != known]
    if len(values) > 1 and not changing:
        patch.unread.append(Unread(", ".join(text[token.start : token.end] for token in found), "one_timeframe"))
    elif found:
        patch.market["timeframe"] = found[-1].value
        patch.placed["timeframe"] = (found[-1].start, found[-1].end)
        patch.sources["market.timeframe"] = text[found[-1].start : found[-1].end]
