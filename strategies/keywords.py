"""What the library's search finds a strategy by besides its name: market and indicators, as people write them."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

INDICATORS = {
    "SMA": "均线 移动平均 ma moving average",
    "EMA": "均线 指数均线 ma exponential moving average",
    "WMA": "均线 加权均线 ma weighted moving average",
    "MACD": "指数平滑异同 金叉 死叉",
    "RSI": "相对强弱 relative strength",
    "KDJ": "随机指标 stochastic",
    "BOLL": "布林带 布林线 保力加 bollinger bands",
    "ATR": "真实波幅 average true range",
    "CCI": "顺势指标 commodity channel",
    "ADX": "趋向指标 directional",
    "DONCHIAN": "唐奇安 海龟 通道 turtle channel",
    "VOLUME_SMA": "成交量 均量 放量 volume",
    "ROC": "变动率 动量 rate of change momentum",
}
INSTRUMENTS = {
    "BTC": "比特币 bitcoin",
    "ETH": "以太坊 以太币 ether ethereum",
    "SOL": "索拉纳 solana",
    "XAU": "黄金 gold",
    "XAG": "白银 silver",
    "EUR": "欧元 euro",
    "AAPL": "苹果 apple",
    "MSFT": "微软 microsoft",
    "GOOG": "谷歌 google",
    "IBM": "ibm",
}
KINDS = {"spot": "现货", "futures": "合约 期货 永续", "stock": "股票 stocks", "forex": "外汇"}
MAX_KEYWORDS = 2_000  # characters


def keywords_of(spec: Mapping[str, Any] | None, indicators: Iterable[Mapping[str, Any]]) -> str:
    """Words in lower case, each once."""
    market = (spec or {}).get("market") or {}
    instrument = str(market.get("instrument") or "")
    names = [str(item.get("name") or "") for item in [*indicators, *((spec or {}).get("indicators") or [])]]
    words = [instrument, *_parts(instrument), str(market.get("timeframe") or ""), str(market.get("kind") or "")]
    words.append(KINDS.get(str(market.get("kind") or ""), ""))
    words += [known for part in _parts(instrument) for known in [INSTRUMENTS.get(part.upper(), "")]]
    for name in names:
        words += [name, INDICATORS.get(name, "")]
    each = dict.fromkeys(folded(" ".join(words)).split())
    return " ".join(each)[:MAX_KEYWORDS]


def folded(text: str) -> str:
    """As it is compared: full-width letters as plain ones, no capitals."""
    return unicodedata.normalize("NFKC", text).casefold()


def _parts(instrument: str) -> list[str]:
    """``BTC/USDT`` is also found as ``btcusdt`` and ``BTC-USDT``."""
    parts = [part for part in instrument.replace("-", "/").split("/") if part]
    return [*parts, "".join(parts), "-".join(parts)] if len(parts) > 1 else parts
