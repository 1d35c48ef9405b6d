"""Model text to safe HTML: one pure function for the end of a stream, the page after a reload and everything else.

Raw HTML in the text stays text, images become links, every link names its scheme, and what a hostile text could make
slow is shown as it is instead of being parsed. An allow-list (nh3) runs over the result as a second wall.
"""

import re
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from chat.models import Message

# grows when the same text would give other HTML; stored HTML of an older version is made again
RENDERER_VERSION = 2

MAX_MARKDOWN = 100_000  # characters; a longer text is shown as it is
MAX_LINES = 10_000
MAX_COLUMN_MARKS = 10_000  # of "|", which makes table cells
MAX_NESTING = 24  # of quotes and lists
MAX_INLINE = 20_000  # characters of one paragraph, heading or table cell
MAX_MARKS = 400  # characters of one paragraph that may open or close something
MAX_MARKS_IN_ALL = 6_000
MAX_HIGHLIGHTED = 40_000  # characters of all code blocks of a text

_MARKS = re.compile(r"[\[\]*_`<&~!]")
_OPENING = f'<div class="prose" data-renderer="{RENDERER_VERSION}">'
_OPENING_PLAIN = f'<div class="prose prose-plain" data-renderer="{RENDERER_VERSION}">'

# the word after a fence: (Pygments lexer, name for people); any other word is shown without colours
_LANGUAGES = {
    **dict.fromkeys(("python", "py", "python3"), ("python", "Python")),
    **dict.fromkeys(("json",), ("json", "JSON")),
    **dict.fromkeys(("bash", "sh", "shell", "console"), ("bash", "Shell")),
    **dict.fromkeys(("sql",), ("sql", "SQL")),
    **dict.fromkeys(("javascript", "js"), ("javascript", "JavaScript")),
    **dict.fromkeys(("yaml", "yml"), ("yaml", "YAML")),
    **dict.fromkeys(("toml",), ("toml", "TOML")),
    **dict.fromkeys(("diff",), ("diff", "Diff")),
}

_ALLOWED_TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote",
    "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "span", "div", "figure", "figcaption",
}  # fmt: skip
_ALLOWED_ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "span": {"class"},
    "div": {"class", "data-renderer", "tabindex"},
    "figure": {"class", "data-language"},
    "pre": {"tabindex"},
}
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+\Z", re.IGNORECASE)


def render_markdown(text: str, before: str = "") -> str:
    """Safe HTML of a reply: CommonMark with tables and strikethrough, code highlighted by classes.

    ``before`` is the reply that ``text`` continues: a code block that it left open goes on in this one.
    """
    text = open_fence(before) + text
    if len(text) > MAX_MARKDOWN or text.count("\n") > MAX_LINES or text.count("|") > MAX_COLUMN_MARKS:
        return render_plain(text)
    parser = _parser()
    environment: dict[str, Any] = {}
    tokens = parser.parse(text, environment)
    if environment.get("too_deep"):
        return render_plain(text)
    return f"{_OPENING}{_clean(parser.renderer.render(tokens, parser.options, environment))}</div>"


def open_fence(text: str) -> str:
    """The opening line of the code block that ``text`` ends in, or nothing."""
    opened = fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if mark is None:
            continue
        if not opened:
            opened, fence = line.strip(), mark[1]
        elif mark[1].startswith(fence) and not mark[2].strip():
            opened = ""
    return f"{opened}\n" if opened else ""


def render_plain(text: str) -> str:
    """Exactly the characters of ``text``, line breaks kept by the style sheet."""
    return f"{_OPENING_PLAIN}{escape_exactly(text)}</div>"


def escape_exactly(text: str) -> str:
    """HTML whose reader gets exactly these characters: a bare carriage return would be read as a line feed."""
    return escape(text).replace("\r", "&#13;")


def render_text(role: str, text: str) -> str:
    """HTML of a message's text: a person's words as they were typed, everything else as Markdown."""
    return render_plain(text) if role == Message.Role.USER else render_markdown(text)


def render_message(message: Message) -> str:
    """The stored HTML of a message, or a new one where none of this renderer's version is stored."""
    if message.html is not None and message.html.startswith((_OPENING, _OPENING_PLAIN)):
        return message.html
    return render_text(message.role, message.content)


def highlight_code(code: str, language: str = "python") -> str:
    """Code as spans with Pygments' short class names; plain escaped text where it is too large."""
    if len(code) > MAX_HIGHLIGHTED:
        return escape(code)
    return str(highlight(code, _lexer(language), _FORMATTER))


def allowed_link(url: str) -> bool:
    """Whether a link of the model's choosing may be clickable: absolute, of http, https or mailto."""
    return _LINK.match(url) is not None


_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True, classprefix="c-")


@cache
def _lexer(name: str) -> Lexer:
    # stripnl and ensurenl would change the code that a person copies
    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING * 4, "linkify": False, "breaks": True})
    parser.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline", "reference"])
    parser.validateLink = allowed_link  # type: ignore[method-assign]
    parser.core.ruler.before("inline", "bound", _bound)
    parser.add_render_rule("fence", _render_code)
    parser.add_render_rule("code_block", _render_code)
    parser.add_render_rule("table_open", lambda *_: '<div class="table-scroll" tabindex="0"><table>')
    parser.add_render_rule("table_close", lambda *_: "</table></div>")
    return parser


def _bound(state: StateCore) -> None:
    """Keep from the inline parser what would take it long: such a paragraph is shown as it is."""
    marks_in_all = 0
    for place, token in enumerate(state.tokens):
        if token.level > MAX_NESTING:
            # the parser drops what is nested beyond its own limit, and nothing of a reply may be lost
            state.env["too_deep"] = True
            state.tokens = []
            return
        if token.type != "inline":
            continue
        marks = len(_MARKS.findall(token.content))
        marks_in_all += marks
        if len(token.content) > MAX_INLINE or marks > MAX_MARKS or marks_in_all > MAX_MARKS_IN_ALL:
            state.tokens[place] = Token("text", "", 0, content=token.content, level=token.level)


def _render_code(renderer: RendererHTML, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    word = token.info.strip().split(maxsplit=1)[0].lower() if token.info.strip() else ""
    lexer, name = _LANGUAGES.get(word, ("", ""))
    left = env.get("highlight_left", MAX_HIGHLIGHTED) - len(token.content)
    env["highlight_left"] = max(left, 0)
    body = highlight_code(token.content, lexer) if lexer and left >= 0 else escape(token.content)
    return (
        f'<figure class="code" data-language="{lexer or "text"}"><figcaption>{name}</figcaption>'
        f'<pre tabindex="0"><code>{body}</code></pre></figure>\n'
    )


def _only_allowed_links(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "href" or allowed_link(value) else None


_attribute_filter: Callable[[str, str, str], str | None] = _only_allowed_links


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_ALLOWED_TAGS,
        attributes=_ALLOWED_ATTRIBUTES,
        attribute_filter=_attribute_filter,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
