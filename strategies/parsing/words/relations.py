"""How one thing stands to another: above, crosses, turns, between."""

# ruff: noqa: E501 - tables of words; wide characters count twice

from typing import Any

WORDS: tuple[tuple[str, Any, str], ...] = (
    # relations
    ("rel", "cross_above", "上穿|向上穿过|向上穿越|向上突破|升穿|穿上|上破|突破|站上|升破|涨破|站稳|向上穿"),
    (
        "rel",
        "cross_above",
        "crosses above|cross above|crossing above|crossed above|crosses over|cross over|crossing over|crosses up|cross up",
    ),
    (
        "rel",
        "cross_above",
        "crosses up through|crosses back above|cross back above|crosses upward through|crosses upwards through|moves above",
    ),
    (
        "rel",
        "cross_above",
        "rises above|rise above|goes above|go above|climbs above|gets above|breaks above|break above|breaks out above",
    ),
    (
        "rel",
        "cross_above",
        "break out above|breaks through|moves back above|rises back above|breaks|breaks over",
    ),
    ("rel", "cross_below", "下穿|向下穿过|向下穿越|向下突破|跌穿|跌破|下破|击穿|失守|向下穿"),
    (
        "rel",
        "cross_below",
        "crosses below|cross below|crossing below|crossed below|crosses under|cross under|crossing under|crosses down",
    ),
    (
        "rel",
        "cross_below",
        "cross down|crosses down through|crosses back below|cross back below|falls below|fall below|drops below|drop below",
    ),
    (
        "rel",
        "cross_below",
        "goes below|go below|breaks below|break below|dips below|breaks down|breaks down below|moves below|falls back below",
    ),
    ("rel", "cross_below", "falls under|drops under|breaks under|crosses back under|sinks below"),
    (
        "rel",
        "gt",
        "大于|高于|超过|多于|above|over|greater than|more than|higher than|is above|exceeds|is over|closes above|close above|>",
    ),
    (
        "rel",
        "lt",
        "小于|低于|少于|不足|below|under|less than|lower than|smaller than|is below|is under|closes below|close below|<",
    ),
    (
        "rel",
        "ge",
        "大于等于|大于或等于|不低于|不小于|至少|>=|≥|=>|at least|greater than or equal to|not below|not under|is not below|not less than",
    ),
    (
        "rel",
        "le",
        "小于等于|小于或等于|不高于|不超过|不大于|<=|≤|=<|at most|less than or equal to|not above|not over|is not above|not more than|isn't above",
    ),
    ("post", "gt", "上方|之上|以上|上面"),
    ("post", "lt", "下方|之下|以下|下面"),
    ("at", None, "在|位于|处于|is|are|stays|到|跌到|涨到|升到|降到|运行于|运行在"),
    (
        "cross",
        "cross_above",
        "金叉|黄金交叉|golden cross|golden crosses|golden crossover|bullish cross|bullish crossover|crosses bullish",
    ),
    (
        "cross",
        "cross_below",
        "死叉|死亡交叉|death cross|death crosses|dead cross|death crossover|bearish cross|bearish crossover|crosses bearish",
    ),
    (
        "turn",
        "cross_above",
        "转正|由负转正|从负转正|turns positive|turn positive|becomes positive|goes positive|翻红|由绿转红|由绿变红|变红|turning positive",
    ),
    (
        "turn",
        "cross_below",
        "转负|由正转负|从正转负|turns negative|turn negative|becomes negative|goes negative|翻绿|由红转绿|由红变绿|变绿|turning negative",
    ),
    ("again", "cross_above", "crosses back up|cross back up|crosses up again"),
    (
        "again",
        "cross_below",
        "crosses back|cross back|crosses back down|cross back down|crosses down again|反向交叉|反之",
    ),
    ("vague", "oversold", "超卖|oversold"),
    ("vague", "overbought", "超买|overbought"),
    ("between", None, "between"),
    ("zero", 0.0, "0轴|零轴|zero line|zero|零线|the zero line"),
    # the way of a cross told apart from the word; "on the opposite" turns the last one around
    (
        "again",
        None,
        "crosses back|cross back|crosses back down|crosses back up|cross back down|反向交叉|反之|反过来|相反|the opposite",
    ),
    ("again", None, "opposite cross|opposite|vice versa|the reverse|reverse cross|反向"),
    ("generic", None, "crosses|cross|穿过|穿越|crossing|穿"),
    (
        "heading",
        "cross_above",
        "from below|upwards|upward|由下往上|由下而上|从下方|从下往上|自下而上|由下向上|从下向上|向上",
    ),
    (
        "heading",
        "cross_below",
        "from above|downwards|downward|由上往下|由上而下|从上方|从上往下|自上而下|由上向下|从上向下|向下",
    ),
    (
        "returned",
        None,
        "回到|回升到|回落到|回归|重新回到|回调到|跌回|涨回|跌到|涨到|升到|降到|回升至|回落至|跌至|升至|涨至|降至",
    ),
    (
        "rel",
        "cross_above",
        "returns above|return above|comes back above|back above|gets back above|turns above|moves up through",
    ),
    ("rel", "cross_above", "rises through|goes over|gets over|surpasses"),
    (
        "rel",
        "cross_below",
        "returns below|return below|comes back below|back below|gets back below|turns below|falls through|goes under",
    ),
)
