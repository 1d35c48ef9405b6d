"""The code of a reply, from Markdown as models really write it; a row each with what must come of it."""

import time
from textwrap import indent

import pytest

from strategies import contract
from strategies.contract.report import Kind
from strategies.extraction import chosen_words, extract, missing_words


def strategy(size: str = "0.5", name: str = "Cross") -> str:
    return f"""import talib
from backtesting import Strategy


class {name}(Strategy):
    fast = 5

    def init(self):
        self.average = self.I(talib.SMA, self.data.Close, self.fast)

    def next(self):
        if self.data.Close[-1] > self.average[-1] and not self.position:
            self.buy(size={size})
"""


A, B = strategy("0.5"), strategy("0.25")
INDICATOR = """import talib


def indicator(open, high, low, close, volume, period=14):
    return {"average": talib.SMA(close, period)}
"""
HELPER = "import numpy as np\n\n\ndef smooth(values):\n    return np.convolve(values, [0.5, 0.5])\n" * 20
DOCSTRING = A.replace(
    "    fast = 5\n",
    '    """Used so:\n\n    ```python\n    run(Cross)\n    ```\n\n    "<think>" is text here.\n    """\n\n'
    "    fast = 5\n",
)
BACKTICKS = A.replace("fast = 5", "fast = 5  # ```")
LABELLED = A.replace("fast = 5", 'fast = 5\n    label = "a &lt; b"')
EXCERPT = "class Cross(Strategy):\n    fast = 10  # was 5\n"
EXCERPT_DOTS = (
    "class Cross(Strategy):\n    fast = 10\n\n    def init(self):\n        ...\n\n    def next(self):\n        ...\n"
)
EXCERPT_WORDS = (
    "class Cross(Strategy):\n    def init(self):\n        pass  # unchanged\n\n"
    "    def next(self):\n        # 其余保持不变\n        pass\n"
)
HALF = "class Cross(Strategy):\n    def next(self):\n        self.buy(size=0.1)\n"
DIFF = "@@ -5,3 +5,3 @@\n class Cross(Strategy):\n-    fast = 5\n+    fast = 10\n \n     def init(self):\n"
PLUS_MINUS = A.replace("    fast = 5\n", "-    fast = 5\n+    fast = 10\n")
BULLETS = f'"""What it does:\n\n- buys above the average\n+ holds\n"""\n\n{A}'
TWO = A + "\n\n" + "\n".join(strategy("0.25", "Other").split("\n")[3:])
ESCAPED = A.replace(">", "&gt;").replace("<", "&lt;")


def fenced(code: str, info: str = "python", fence: str = "```", tail: str = "") -> str:
    return f"{fence}{info}\n{code}{fence}{tail}\n"


TABLE: dict[str, tuple[str, str]] = {
    # one block
    "plain": (f"Here it is:\n\n{fenced(A)}\nDone.", A),
    "nothing around": (fenced(A), A),
    "no language": (fenced(A, ""), A),
    "py": (fenced(A, "py"), A),
    "capitals": (fenced(A, "Python"), A),
    "attributes": (fenced(A, 'python {title="cross.py"}'), A),
    "a name behind a colon": (fenced(A, "python:cross.py"), A),
    "a blank before the language": (fenced(A, " python"), A),
    "tildes": (fenced(A, "python", "~~~"), A),
    "tildes with backticks inside": (fenced(BACKTICKS, "", "~~~~"), BACKTICKS),
    "four backticks": (fenced(A, "python", "````"), A),
    "a longer end": (fenced(A, "python", "```", "``"), A),
    "blanks behind the end": (fenced(A, "python", "```", "   "), A),
    "no line after the end": (f"```python\n{A}```", A),
    "windows lines": (f"Text\n\n{fenced(A)}".replace("\n", "\r\n"), A),
    "old lines": (fenced(A).replace("\n", "\r"), A),
    "blank lines around": (f"```python\n\n\n{A}\n\n```", A),
    "chinese around": (f"代码如下：\n{fenced(A)}以上。", A),
    "prose before the fence on its line": (f"Code: ```python\n{A}```\n", "unclosed"),
    # where it stands
    "in a numbered list": ("1. Do this:\n\n" + indent(fenced(A), "   "), A),
    "behind the number": ("1. ```python\n" + indent(f"{A}```\n", "   "), A),
    "behind a bullet": ("- ```python\n" + indent(f"{A}```\n", "  "), A),
    "in a list with tabs": ("* code\n\n" + indent(fenced(A), "\t"), A),
    "deep in a list": ("- a\n  - b\n    - c\n\n" + indent(fenced(A), " " * 8), A),
    "the end less indented": ("1. Code\n   ```python\n" + indent(A, "   ") + "```\n", A),
    "quoted": (indent(fenced(A), "> ", lambda _line: True), A),
    "a fence in the docstring": (fenced(DOCSTRING), DOCSTRING),
    "in markdown of the same length": (fenced(f"# Answer\n\n{fenced(A)}", "markdown"), A),
    "in markdown of a longer fence": (fenced(f"# Answer\n\n{fenced(A)}", "md", "`````"), A),
    "in a fence around everything": (fenced(f"Here it is:\n\n{fenced(A)}Bye\n", ""), A),
    "html": (f"<pre><code class=\"language-python\">{ESCAPED}</code></pre>", A),
    "escaped": (fenced(ESCAPED), A),
    "escaped in a string": (fenced(LABELLED), LABELLED),
    "bullets in a docstring": (fenced(BULLETS), BULLETS),
    # several blocks
    "not the longest": (fenced(HELPER) + "\nand\n\n" + fenced(A), A),
    "a shell block after it": (fenced(A) + "\n" + fenced("pip install talib\n", "bash"), A),
    "data before it": (fenced('{"a": 1}\n', "json") + fenced(A), A),
    "the last of two": (f"First:\n{fenced(A)}\nBetter:\n{fenced(B)}", B),
    "an excerpt after it": (f"{fenced(A)}\nTo change the period:\n\n{fenced(EXCERPT)}", A),
    "dots after it": (f"{fenced(A)}\n{fenced(EXCERPT_DOTS)}", A),
    "words for what is left out": (f"{fenced(A)}\n{fenced(EXCERPT_WORDS)}", A),
    "half a class after it": (f"{fenced(A)}\n{fenced(HALF)}", A),
    "a diff after it": (f"{fenced(A)}\nThe change:\n{fenced(DIFF, 'diff')}", A),
    "a fence that was not closed, then again": (f"```python\n{A[:150]}\n```python\n{B}```\n", B),
    "an open block of something else": (f"{fenced(A)}\nRun it:\n```bash\npython run.py\n", A),
    "one fence too many": (f"{fenced(A)}\n```\n", A),
    # thoughts
    "thought first": (f"<think>\nmaybe\n{fenced(B)}\n</think>\n\n{fenced(A)}", A),
    "thought last": (f"{fenced(A)}\n<thinking>or {fenced(B)}</thinking>", A),
    "thought in one line": (f"<think>easy</think>{fenced(A)}", A),
    "thought without a beginning": (f"Let me see.\n{fenced(B)}\nYes.\n</think>\n\n{fenced(A)}", A),
    "half a block in a thought": (f"<think>\n```python\n{B}\nno\n</think>\n{fenced(A)}", A),
    "half a block in a thought without a beginning": (f"```python\n{B}\n</think>\n{fenced(A)}", A),
    "other brackets": (f"[THINK]{fenced(B)}[/THINK]\n{fenced(A)}", A),
    "the name of the tag": (f"I write `<think>` no more.\n\n{fenced(A)}", A),
    # none
    "empty": ("", "none"),
    "no code": ("The strategy was generated successfully!", "none"),
    "not fenced": (A, "none"),
    "other code": (fenced(HELPER), "none"),
    "unclosed": (f"```python\n{A}", "unclosed"),
    "an unclosed second": (f"{fenced(A)}\nBetter:\n\n```python\n{B[:-30]}", "unclosed"),
    "an unclosed second without its class": (f"{fenced(A)}\n```python\nfrom backtesting import St", "unclosed"),
    "ended by another fence": (f"```python\n{A}~~~\n", "unclosed"),
    "only a diff": (fenced(DIFF, "diff"), "diff"),
    "only a diff as python": (fenced(PLUS_MINUS), "diff"),
    "only an excerpt": (fenced(EXCERPT), "excerpt"),
    "only dots": (fenced(EXCERPT_DOTS), "excerpt"),
    "only thought": (f"<think>\n{fenced(A)}</think>\nShall I write it?", "thought"),
    "a thought without an end": (f"<think>\n{fenced(A)}", "thought"),
    "an indicator": (fenced(INDICATOR), "none"),
}  # fmt: skip


@pytest.mark.parametrize("reply", [*TABLE])
def test_a_reply_gives_its_code_or_the_reason(reply: str) -> None:
    text, expected = TABLE[reply]
    found = extract(text)
    if expected.isalpha():
        assert (found.code, found.reason) == (None, expected)
        assert missing_words(found)
    else:
        assert found.code == expected
        assert contract.inspect(expected).ok


INDICATORS: dict[str, tuple[str, str]] = {
    "plain": (fenced(INDICATOR), INDICATOR),
    "the last": (fenced(INDICATOR.replace("14", "9")) + fenced(INDICATOR), INDICATOR),
    "beside a strategy that uses it": (fenced(INDICATOR) + fenced(f"{INDICATOR}\n\n{A}"), INDICATOR),
    "a helper before it": (fenced(HELPER) + fenced(INDICATOR), INDICATOR),
    "a strategy": (fenced(A), "none"),
    "unclosed": (f"```python\n{INDICATOR}", "unclosed"),
    "dots": (fenced("def indicator(open, high, low, close, volume):\n    ...\n"), "excerpt"),
    "in a class": (fenced("class A:\n" + indent(INDICATOR, "    ")), "none"),
    "in a thought": (f"<think>\n{fenced(INDICATOR)}</think>", "thought"),
    "a diff": (fenced(f"+{INDICATOR}", "diff"), "diff"),
}


@pytest.mark.parametrize("reply", [*INDICATORS])
def test_an_indicator_is_found_by_its_kind(reply: str) -> None:
    text, expected = INDICATORS[reply]
    found = extract(text, "indicator")
    assert (found.code or found.reason) == expected
    assert missing_words(found, "indicator")


def test_what_was_chosen_is_said() -> None:
    assert chosen_words(extract(TABLE["plain"][0])) == ""
    assert chosen_words(extract(fenced(A) + fenced(A))) == ""
    assert "2 different complete files; the last one" in chosen_words(extract(TABLE["the last of two"][0]))
    assert "not part of this version" in chosen_words(extract(TABLE["a diff after it"][0]))


def test_two_strategies_in_one_block_are_refused_in_words() -> None:
    code = extract(fenced(TWO)).code
    assert code is not None
    assert "only one class" in contract.inspect(code).findings[0].message


@pytest.mark.parametrize("kind", ["strategy", "indicator"])
@pytest.mark.parametrize(
    "reply",
    [
        "<think>" * 100_000,
        "</think>" * 100_000,
        "<think></think>" * 50_000,
        "<pre " * 100_000,
        "<pre><code>\n" + "&lt;" * 200_000,
        "```\n" + "&lt;x " * 100_000 + "\n```",
        "> " * 300_000 + "```\n",
        "1. " * 200_000 + "```",
        "- ```python\n" * 40_000,
        "```markdown\n" * 40_000,
        "```python\n" * 40_000,
        "```python\nclass A(Strategy):\n    pass\n```\n" * 5_000,
        "```python\n+ class A(Strategy):\n```\n" * 10_000,
        "```python\nclass A(Strategy):\n  def init(self):\n    pass #" + "#" * 80_000 + "\n```\n",
        "```python\nx\n```\n" * 20_000 + "</think>\n" * 20_000,
        "```python\n" + "(" * 90_000 + "\nclass A(Strategy):\n```\n",
    ],
    ids=range(16),
)
def test_reading_is_linear_in_the_length_of_the_reply(reply: str, kind: Kind) -> None:
    began = time.process_time()
    extract(reply, kind)
    assert time.process_time() - began < 4.0, "a quadratic reading takes minutes"


@pytest.mark.parametrize("block", ["<pre><code>\n&#{};\n</code></pre>\n", "```python\nx = 1 &lt; &#{};\n```\n"])
def test_an_entity_of_thousands_of_digits_ends_no_turn(block: str) -> None:
    assert extract(block.format("1" * 5_000)).code is None


def test_of_endless_files_only_the_last_are_parsed() -> None:
    """Two hundred files of 14 KB would be parsed for ten seconds, while others wait."""
    body = "class A(Strategy):\n    def init(self):\n        pass\n\n    def next(self):\n        pass\n"
    files = [f"{body}x = [{'1,' * 40_000}{number}]\n" for number in range(20)]
    found = extract("".join(f"```python\n{code}```\n" for code in files))
    assert found.code == files[-1]
    assert found.several <= 5
