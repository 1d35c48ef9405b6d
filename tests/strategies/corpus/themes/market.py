"""What is traded, on which bars, in which direction."""

# ruff: noqa: E501 - tables of sentences; wide characters count twice

from tests.strategies.corpus.case import SAID, Case

ZH = (
    Case(text="比特币，15分钟", on="BTC", tf="15m"),
    Case(text="交易ETH/USDT永续合约，4小时线", on="ETH/USDT", kind="futures", tf="4h"),
    Case(text="做BTCUSDT现货", on="BTC/USDT", kind="spot"),
    Case(text="苹果，日线", on="AAPL", tf="1d"),
    Case(text="贵州茅台 600519，周线级别", on="600519", tf="1w"),
    Case(text="我想交易贵州茅台", on="600519"),
    Case(text="股票代码000001，30分钟K线", on="000001", kind="stock", tf="30m"),
    Case(text="美股特斯拉，小时线", on="TSLA", kind="stock", tf="1h"),
    Case(text="以太坊一小时级别", on="ETH", tf="1h"),
    Case(text="大饼四小时", on="BTC", tf="4h"),
    Case(text="１５分鐘Ｋ線", tf="15m"),
    Case(text="看五分钟图", tf="5m"),
    Case(text="一刻钟的K线", tf="15m"),
    Case(text="半小时级别就行", tf="30m"),
    Case(text="日K", tf="1d"),
    Case(text="用周K线", tf="1w"),
    Case(text="1分钟级别超短线", tf="1m"),
    Case(text="用2小时线", unread=("timeframe",)),
    Case(text="月线", unread=(SAID,)),
    Case(text="15分钟或者1小时都可以", unread=("one_timeframe",)),
    Case(text="比特币和以太坊一起做", unread=("one_instrument",)),
    Case(text="只做多", side="long"),
    Case(text="只做空不做多", side="short"),
    Case(text="多空双向都做", side="both"),
    Case(text="外汇EURUSD，H1", on="EUR/USD", kind="forex", tf="1h"),
    Case(text="莱特币日线，只多不空", on="LTC", tf="1d", side="long"),
    Case(text="ＢＴＣ／ＵＳＤＴ　１小時", on="BTC/USDT", tf="1h"),
    Case(text="SOL合约，15m", on="SOL", kind="futures", tf="15m"),
)  # fmt: skip

EN = (
    Case(text="BTC/USDT on the 15 minute chart", on="BTC/USDT", tf="15m"),
    Case(text="Bitcoin, 4h", on="BTC", tf="4h"),
    Case(text="trade AAPL on daily bars", on="AAPL", tf="1d"),
    Case(text="ethereum perpetuals, hourly", on="ETH", kind="futures", tf="1h"),
    Case(text="quarter-hour bars", tf="15m"),
    Case(text="half-hour candles please", tf="30m"),
    Case(text="15min", tf="15m"),
    Case(text="I trade TSLA stock, weekly", on="TSLA", kind="stock", tf="1w"),
    Case(text="eth-usdt spot 5m", on="ETH/USDT", kind="spot", tf="5m"),
    Case(text="EUR/USD, forex, one hour", on="EUR/USD", kind="forex", tf="1h"),
    Case(text="four-hour timeframe", tf="4h"),
    Case(text="one-minute scalping", tf="1m"),
    Case(text="use the D1 chart of NVDA", on="NVDA", tf="1d"),
    Case(text="Apple stock, daily", on="AAPL", kind="stock", tf="1d"),
    Case(text="3 minute bars", unread=("timeframe",)),
    Case(text="BTC and ETH", unread=("one_instrument",)),
    Case(text="either 15m or 1h", unread=("one_timeframe",)),
    Case(text="long only", side="long"),
    Case(text="only shorts, no longs", side="short"),
    Case(text="both long and short", side="both"),
    Case(text="I have a method, let me explain it together with the data"),
    Case(text="DOGE 30m, long only", on="DOGE", tf="30m", side="long"),
    Case(text="gbpusd 1h", on="GBP/USD", tf="1h"),
    Case(text="solana on the 30-minute timeframe", on="SOL", tf="30m"),
    Case(text="monthly candles", unread=(SAID,)),
)  # fmt: skip

MIXED = (
    Case(text="BTC 15分钟 long only", on="BTC", tf="15m", side="long"),
    Case(text="用AAPL的daily数据", on="AAPL", tf="1d"),
    Case(text="ETH/USDT 4h 双向", on="ETH/USDT", tf="4h", side="both"),
    Case(text="想trade特斯拉，15min", on="TSLA", tf="15m"),
    Case(text="perp 合约 BTC，四小时 chart", on="BTC", kind="futures", tf="4h"),
)  # fmt: skip
