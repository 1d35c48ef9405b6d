"""What composed files share: functions that TA-Lib lacks, and the way from a tree to readable text."""

import ast
import re

MAX_LINE = 100
_COMMENT = re.compile(r"^( *)_comment_(\d+)_$", re.MULTILINE)
_BESIDE = re.compile(r"\n *_beside_(\d+)_$", re.MULTILINE)


def kdj_source(note: str) -> str:
    """KDJ by its definition in the contract."""
    return f"""
def kdj(high, low, close, n, m1, m2):
    {note}
    k_line = np.full(len(close), np.nan)
    d_line = np.full(len(close), np.nan)
    k = d = 50.0
    for bar in range(n - 1, len(close)):
        highest = np.max(high[bar - n + 1:bar + 1])
        lowest = np.min(low[bar - n + 1:bar + 1])
        rsv = 50.0 if highest == lowest else (close[bar] - lowest) / (highest - lowest) * 100
        k = ((m1 - 1) * k + rsv) / m1
        d = ((m2 - 1) * d + k) / m2
        k_line[bar] = k
        d_line[bar] = d
    return k_line, d_line, 3 * k_line - 2 * d_line
"""


def donchian_source(note: str) -> str:
    return f"""
def donchian(high, low, period):
    {note}
    return talib.MAX(high, period), talib.MIN(low, period)
"""


KDJ_NOTE = (
    "RSV over n bars; K and D are its averages, both from 50; J = 3K - 2D.",
    "n 根 K 线的 RSV；K、D 为其平滑值，初值 50；J = 3K - 2D。",
)
DONCHIAN_NOTE = ("highest high and lowest low of the last bars", "最近若干根的最高价和最低价")


def rendered(source: str, comments: list[str]) -> str:
    """Parse what was written into one tree, unparse it, and put the comments in their places.

    ``_comment_0_`` is a line of its own, ``_beside_0_`` stands beside the line before.
    """
    text = ast.unparse(ast.parse(source))
    text = _BESIDE.sub(lambda match: f"  # {comments[int(match[1])]}", text)
    return _spaced(_COMMENT.sub(lambda match: f"{match[1]}# {comments[int(match[2])]}", text))


def _spaced(source: str) -> str:
    """Two blank lines before what stands at the top level, one before a method."""
    lines: list[str] = []
    for line in source.split("\n"):
        if line.startswith(("def ", "class ")):
            while lines and not lines[-1]:
                lines.pop()
            lines += ["", ""]
        elif line.startswith("    def ") and lines and lines[-1]:
            lines.append("")
        lines += _wrapped(line)
    return "\n".join(lines).strip("\n") + "\n"


def _wrapped(line: str) -> list[str]:
    """A call that is too long for a line, with one argument on each."""
    if len(line) <= MAX_LINE or line.lstrip().startswith("#") or not line.endswith(")"):
        return [line]
    depth = 0
    opening = len(line) - 1
    for place in range(len(line) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(line[place], 0)
        if depth == 0:
            opening = place
            break
    arguments, start, depth = [], opening + 1, 0
    for place in range(opening + 1, len(line) - 1):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(line[place], 0)
        if line[place] == "," and depth == 0:
            arguments.append(line[start:place].strip())
            start = place + 1
    arguments.append(line[start:-1].strip())
    if len(arguments) < 2 or line[opening - 1 : opening] in ("", " "):
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    return [line[: opening + 1], *(f"{indent}    {argument}," for argument in arguments), f"{indent})"]
