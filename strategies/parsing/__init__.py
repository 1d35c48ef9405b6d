"""Reads Chinese and English sentences about a strategy by rule; pure, linear in the text, and never guessing."""

from strategies import conditions
from strategies.conditions import Compare, IndicatorUse
from strategies.parsing.account import Account
from strategies.parsing.aims import Aims
from strategies.parsing.assignment import Assignment
from strategies.parsing.context import COUNTS, Context, remember
from strategies.parsing.corrections import read_corrections
from strategies.parsing.exclusions import read_exclusions
from strategies.parsing.lexer import tokens_of
from strategies.parsing.market import WORD, instrument_of, name_spans, read_market
from strategies.parsing.operands import read_operands
from strategies.parsing.patch import SpecPatch, Unread, apply
from strategies.parsing.questions import is_question
from strategies.parsing.refusals import read_refusals, read_systems
from strategies.parsing.remains import read_mentions, read_remains
from strategies.parsing.risk import read_answers, read_risk
from strategies.parsing.rules import Reader
from strategies.parsing.standing import Standing
from strategies.parsing.text import comparable, reply_language, spoken_language
from strategies.parsing.tokens import Token
from strategies.spec import Spec

__all__ = ["SpecPatch", "Unread", "apply", "parse", "reply_language", "spoken_language"]


MAX_READ = 4_000  # characters; a longer wish is a pasted document, and reading it would hold up everybody
QUOTED = 40  # characters of what was not read


def parse(text: str, *, spec: Spec, asked: tuple[str, ...] = ()) -> SpecPatch:
    """What ``text`` changes in ``spec``; ``asked`` are the paths of the questions that it may answer, in order."""
    patch = SpecPatch()
    text, rest = text[:MAX_READ], text[MAX_READ:]
    plain = comparable(text)
    tokens = tokens_of(plain)
    context = _context(spec)
    _cover_instruments(text, tokens)
    _sell_to_cover(tokens)
    sentences, asking = _wishes(plain, tokens, patch)
    read_market(_blank(text, asking), _blank(plain, asking), tokens, spec.market, asked, patch)
    refused = read_refusals(text, tokens, patch)
    told = {
        compare: side
        for side, tree in (("exit", spec.exit), ("entry", spec.entry))
        if tree
        for compare in conditions.comparisons(conditions.from_json(tree))
    }
    account = Account(plain, tokens, text, said=refused)
    aims = Aims(text, account, spec, patch)
    for sentence in sentences:
        aims.read(sentence)
    assignment = Assignment(text, plain, patch, asked, adds_to_entry=spec.entry is not None)
    reader = Reader(text, plain, patch, context, assignment, told)
    timeframe = patch.market.get("timeframe") or spec.market.timeframe
    for sentence in sentences:
        read_risk(text, sentence, spec, timeframe, patch)
        read_exclusions(text, sentence, spec, patch)
    _look_ahead(sentences, context)
    for sentence in sentences:
        read_corrections(text, sentence, spec, asked, patch)
        reader.read(sentence)
    reader.finish()
    _read_direction(text, tokens, asked, patch)
    if not account.content((0, len(plain))):
        read_answers(text, tokens, asked, patch)
    read_mentions(text, tokens, context, patch)
    standing = Standing(text, account, patch)
    standing.settle(reader.rules)
    _mirror(standing, patch)
    read_systems(text, tokens, patch)
    read_remains(text, plain, tokens, patch, account)
    if rest.strip():
        patch.unread.append(Unread(rest.strip()[:QUOTED], "too_much"))
    return patch


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    """``text`` with blanks for what stands in ``spans``; every place stays where it is."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _wishes(plain: str, tokens: list[Token], patch: SpecPatch) -> tuple[list[list[Token]], list[tuple[int, int]]]:
    """The sentences that are no questions, and where the questions stand, of which nothing is read."""
    wishes = []
    asking: list[tuple[int, int]] = []
    start = 0
    for sentence in _sentences(tokens):
        begin = start
        start = sentence[-1].end if sentence[-1].kind == "hard" else len(plain)
        if is_question(plain[begin:start], sentence):
            patch.question = True
            asking.append((begin, start))
            for token in sentence:
                token.kind, token.used = "asked", True
        else:
            wishes.append(sentence)
    return wishes, asking


def _sentences(tokens: list[Token]) -> list[list[Token]]:
    """Split at full stops; a question mark ends its sentence and stays in it."""
    sentences: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "hard":
            token.used = True
            sentences[-1].append(token)
            sentences.append([])
        else:
            sentences[-1].append(token)
    return [sentence for sentence in sentences if sentence]


def _look_ahead(sentences: list[list[Token]], context: Context) -> None:
    """An indicator may be named behind the rule that uses it: "金叉买入，用MACD(6,13,5)"."""
    context.turtles = any(token.kind == "turtle" for sentence in sentences for token in sentence)
    letters = {token.value for sentence in sentences for token in sentence if token.kind == "letter"}
    context.kdj = context.kdj or "j" in letters or {"k", "d"} <= letters
    most = 40
    for sentence in sentences:
        end = 0
        for place, token in enumerate(sentence):
            if place < end or token.used or not most or token.kind not in ("ind", "speed", *COUNTS):
                continue
            most -= 1
            found = read_operands(sentence, place, Context(uses=[*context.uses]))
            if found is not None and any(
                part.kind in ("ind", "speed") or part.value == "线" for part in sentence[place : found.end]
            ):
                read_operands(sentence, place, context)
                end = found.end


def _sell_to_cover(tokens: list[Token]) -> None:
    """``sell below the low, cover above the high``: what is covered was sold short."""
    acts = [token for token in tokens if token.kind == "act"]
    values = [token.value for token in acts]
    if ("exit", "short") not in values or any(side == "entry" for side, _direction in values):
        return
    for token in acts[: values.index(("exit", "short"))]:
        token.value = ("entry", "short")


def _cover_instruments(text: str, tokens: list[Token]) -> None:
    """Tokens inside of a symbol ("BTC/USDT") or a name ("比特币") are no words of their own."""
    halfwidth = comparable(text)
    spans = [match.span() for match in WORD.finditer(halfwidth) if instrument_of(text[match.start() : match.end()])]
    spans = sorted(spans + name_spans(halfwidth))
    at = 0
    for token in tokens:
        while at < len(spans) and spans[at][1] < token.end:
            at += 1
        if at < len(spans) and spans[at][0] <= token.start:
            token.used = True


def _context(spec: Spec) -> Context:
    context = Context()
    for item in spec.indicators:
        remember(context, IndicatorUse(item.name, tuple(item.params.items())))
    if spec.entry:
        for compare in conditions.comparisons(conditions.from_json(spec.entry)):
            _remember_compare(context, compare)
    context.kdj = any(item.name == "KDJ" for item in spec.indicators)
    return context


def _remember_compare(context: Context, compare: Compare) -> None:
    for operand in (compare.left, compare.right):
        if isinstance(operand, IndicatorUse):
            remember(context, operand)
    if compare.op.startswith("cross"):
        context.pair, context.pair_op = (compare.left, compare.right), compare.op
    context.subject = compare.left


def _read_direction(text: str, tokens: list[Token], asked: tuple[str, ...], patch: SpecPatch) -> None:
    told = [token for token in tokens if token.kind == "dir"]
    if told:
        patch.direction = str(told[-1].value)
        patch.sources["direction"] = text[told[-1].start : told[-1].end]
        for token in told:
            token.used = True
        return
    acts = [token for token in tokens if token.kind == "act"]
    said = {token.value[1] for token in acts if token.value[0] == "entry" and token.value[1]}
    if said == {"long", "short"}:
        patch.direction = "both"
    elif len(said) == 1:
        patch.direction = next(iter(said))
        words = [text[token.start : token.end].lower() for token in acts if token.value[1] == patch.direction]
        patch.direction_implied = all(
            word in ("买入", "买进", "买", "買入", "買進", "買", "buy", "buys", "buying") for word in words
        )
    elif "direction" in asked[:1] and text.strip().lower() in ("long", "short", "both", "多", "空", "做多", "做空"):
        patch.direction = {"多": "long", "空": "short", "做多": "long", "做空": "short"}.get(
            text.strip(), text.strip().lower()
        )
    if patch.direction:
        first = next((token for token in acts if token.value[1]), None)
        patch.sources["direction"] = text[first.start : first.end] if first else text.strip()[:40]


def _mirror(standing: Standing, patch: SpecPatch) -> None:
    """For "long on A, short on B": the short side's condition ends the long one and opens its own."""
    if patch.direction == "both" and len(standing.entries_by_direction) == 2:
        patch.sides["entry"] = standing.entries_by_direction["long"]
        patch.sides["exit"] = standing.entries_by_direction["short"]
