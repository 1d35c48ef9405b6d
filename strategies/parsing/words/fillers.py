"""Words that change nothing in a rule, by language; whatever else stands beside a rule must be claimed by a reader.

No word is here that tells a direction, a number, a time, an order or what to do: such a word changes what is meant.
"""

_ENGLISH = """
longest largest maximal
a about account actually add added adding adds again algo algorithm all already alright also always am an and any
anything anyway approach are around as asset at backtest bar bar's bars based basic basically be because been begin
being believe binance bit bot both bought btw build but buy buying buys by bybit call called can candle candle's
candles candlestick capital cash chart charts check checking checks classic close closed closes closing code coin
coinbase coins come comes comfortable condition conditions confirm confirmation confirmed confirming confirms
contract contracts cool could could've create crypto currency current currently daily day day's days default did do
does done e.g each eg either else enter entered entering enters entire entries entry equity etc even ever every
everyone everything exchange exit exiting exits fan feel figure filter filters fine fire fires fixed flat flatten
follower following for forex frame frames friend from full fully future futures fyi generally get gets getting give
gives gm go goes going gonna good got great guess guy had haha happen happening happens happily hard has have having
he hello help her here here's hey hi his hmm hold holding holds hope hour hourly hours how i i'd i'll i'm i've i.e
idea ideally ideas ie if immediately imo in indicator indicators initial instantly instead instrument into intraday
is it it's its itself just keep kind know known latest leave leaves leaving length let let's lets level levels
leverage like likes line lines little logic lol long longs look looking looks loss losses lot love made main mainly
make makes making market markets may maybe me mean meaning means method might mine minute minutes model
money mostly much must my named need need'd need'nt needs nice normally nothing now number occur occurs of oh ok
okay okx on one ones only onto open opened opens or order orders others otherwise our out over overall own pair
pairs parameter parameters pct people per percent percentage perfect perhaps period periods perp perpetual perps
person personally pine place placed places plain plan plans please pls plus portfolio position positions possibly
prefer pretty price prices print printed prints probably profit profits pull put puts quick quickly quite rather
reading readings ready really recent remain remaining remains require required requires reversion right risk rule
rules run said same say says scalp scalper scalping scalps script see sees sell selling sells set sets setting
settings setup shall share shares she short shorts should show shows side sides signal signalled signals simple
simples simply since sit sits sitting size sizing so sold somehow someone something soon sort spot standard start
starts stay staying stays still stock stocks stop stops straight straightaway strategies strategy stuff sure swing
symbol system systems take takes taking target tell test testing thank thanks that that's the their them then there
there's these they thing things think thinking this those though thought ticker tight time timeframe to today too
total trade traded trader trades trading tradingview trend-follower trend-following tries trigger triggered triggers
try trying typically us use used uses using usually value values versus very via vs wanna want want'd want'll wants
was way we we'd we'll we're week weeks well were what what's whatever when whenever where whether which whichever
while who whole whose wide wider will window with within work working works would would've write yeah yep yes you
you'd your
"""
_CHINESE = """
我的想法 我的 我们 我想 我要 我会 我觉得 我一般 我喜欢 我准备 我打算 我 你们 你 您 他 它们 它 咱们 咱 大家 自己 朋友
老师 请问 请 麻烦 谢谢 多谢 你好 您好 帮忙 帮我 帮 给我 给 想要 想做 想写 想 要是 要 希望 觉得 感觉 认为 打算 准备
喜欢 习惯 一般来说 一般 通常 平时 目前 现在 今天 当前 当下 就是说 就是 就可以 就行 就好 就 便 则 而且 而 那么 那就
那 这么 这样 这个 这种 这 那个 那种 的话 的时候 时候 的 地 得 了 吧 呢 啊 呀 哦 哈 嘛 嗯 吗 么 啦 呗 如果 若是 若
倘若 只要 一旦 每当 当 时 出现 发生 形成 产生 触发 发出 满足 达成 成立 符合 信号 提示 条件 规则 情况下 情况 下的
使用 采用 利用 根据 按照 按 基于 用 以 把 将 被 对 为 是 有 在 于 从 到 至 由 和 与 及 跟 同 并 且 或者 或 也 都 还
又 已经 已 一个 一种 一套 一条 一根 一下 一点 一些 个 种 套 条 根 只 张 支 策略 系统 交易 操作 方法 思路 逻辑 指标
参数 数值 值 线 图表 图 级别 周期 时间框架 均线 价格 股价 币价 价 行情 市场 标的 品种 币种 合约 永续 现货 期货 股票
外汇 做 写 设计 设置 设定 设为 设 定 选 选择 看 看到 来 去 搞 弄 玩 跑 试试 试一下 试 买入 买进 买点 买 卖出 卖点 卖
入场 进场 开仓 建仓 进 入 出场 离场 平仓 清仓 出 多单 空单 单子 单 仓位 仓 资金 本金 钱 简单 经典 普通 标准 默认
正常 基本 主要 直接 马上 立刻 立即 及时 果断 坚决 全部 所有 全 整个 总 好的 好 可以 行 对吧 没错 嗯嗯 另外 此外 同时
其中 以及 比较 非常 很 最好 应该 应当 可能 大概 大约 左右 差不多 短线 中线 波段 日内 趋势跟踪 趋势策略 突破策略
均值回归 策略是 双均线 三均线 单均线 止损 止盈 设个 带个 带 放 里 里面 处 位置 位 点 上 下 即可 即 会 能 能够 可
就能 亿 币安 欧易 火币 永续合约 贵州 币 股 盘 元 思想 也就是 意思是 意思 比如 例如 等于 所谓 叫做 叫 第二天 然后
之后 以后 后 但是 但 不过 可是 才敢 才 敢 等到 等 再 掉 场 回来 说明趋势强 代表趋势强 说明有趋势 每次 每笔 开始 执行
下单 挂单 市价 胜率 收益 目的 目标 要求 求 最长 最大 最高 最多 数据 超短线 超短 代码 一次 单次 每次
那边 这边 那里 这里 不太懂 不懂 不太会 新手 小白 刚开始学
"""
ENGLISH = frozenset(_ENGLISH.split())
CHINESE_FIRST: dict[str, tuple[str, ...]] = {}  # by their first character, the longest first
for _word in sorted(_CHINESE.split(), key=len, reverse=True):
    CHINESE_FIRST[_word[0]] = (*CHINESE_FIRST.get(_word[0], ()), _word)
