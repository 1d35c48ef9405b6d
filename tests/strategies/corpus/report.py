"""The figures as Markdown: shares by theme and language, then every miss with its label."""

from collections.abc import Sequence

from tests.strategies.corpus.figures import FRESH, HELD_OUT, LANGUAGES, THEMES, IntentResult, Result


def figures(
    specs: Sequence[Result],
    held_out: Sequence[Result],
    intents: Sequence[IntentResult],
    plain: Sequence[Result] = (),
) -> str:
    parts = ["## Specs", _themes(specs), _misses(specs)]
    if held_out:
        parts += ["## Held out, as it is read today", _themes(held_out), _misses(held_out)]
    if plain:
        right = sum(result.equal for result in plain)
        parts += [
            "## Plain rules",
            f"{right} of {len(plain)} generated rules ({share(right, len(plain))}).",
            _misses(plain),
        ]
    if intents:
        parts += ["## Confirmations and refusals", _intents(intents)]
    return "\n\n".join(part for part in parts if part)


def share(right: int, of: int) -> str:
    return f"{right / of:.1%}" if of else "-"


def _themes(results: Sequence[Result]) -> str:
    rows = [
        "| theme | "
        + " | ".join(LANGUAGES.values())
        + " | cases | whole spec equal | share | said | silently wrong | another value | reasons given |"
    ]
    rows.append("|" + "---|" * (len(LANGUAGES) + 8))
    for theme in dict.fromkeys(result.theme for result in results):
        rows.append(
            _row({**THEMES, **FRESH, **HELD_OUT}[theme], [result for result in results if result.theme == theme])
        )
    rows.append(_row("**all**", results))
    return "\n".join(rows)


def _row(name: str, results: Sequence[Result]) -> str:
    cells = [name]
    for language in LANGUAGES:
        own = [result for result in results if result.language == language]
        cells.append(f"{sum(result.equal for result in own)}/{len(own)}")
    equal = sum(result.equal for result in results)
    asked = [result for result in results if result.case.unread]
    cells += [str(len(results)), str(equal), share(equal, len(results))]
    cells.append(str(sum(not (result.equal or result.silent) for result in results)))
    cells.append(str(sum(result.silent for result in results)))
    cells.append(str(sum(result.other for result in results if not result.equal)))
    cells.append(f"{sum(result.said for result in asked)}/{len(asked)}")
    return "| " + " | ".join(cells) + " |"


def _misses(results: Sequence[Result]) -> str:
    lines = [
        f"- {'**silent** ' if result.silent else ''}{result.theme}: `{_told(result)}`: "
        + "; ".join(f"`{difference}`" for difference in result.differences)
        for result in results
        if not result.equal
    ]
    unsaid = [
        f"- {result.theme}: `{_told(result)}`: wanted {', '.join(result.case.unread)}"
        for result in results
        if not result.said
    ]
    needless = [
        f"- {result.theme}: `{_told(result)}`: {', '.join(result.needless)}" for result in results if result.needless
    ]
    parts = []
    for title, found in (
        ("Misses:", lines),
        ("Reasons that were not given as labelled:", unsaid),
        ("Read right, but some words were said to be unread:", needless),
    ):
        if found:
            parts.append(title + "\n\n" + "\n".join(found))
    return "\n\n".join(parts)


def _told(result: Result) -> str:
    return " / ".join((*result.case.before, result.case.text)).replace("`", "'")


def _intents(results: Sequence[IntentResult]) -> str:
    rows = ["| language | cases | right | share | false starts |", "|---|---|---|---|---|"]
    for language, name in LANGUAGES.items():
        rows.append(_intent_row(name, [result for result in results if result.language == language]))
    rows.append(_intent_row("**all**", results))
    wrong = [
        f"- `{result.said.text}` ({result.said.state}): {'started' if result.started else result.intent.value}"
        for result in results
        if not result.right
    ]
    return "\n".join(rows) + ("\n\nMisses:\n\n" + "\n".join(wrong) if wrong else "")


def _intent_row(name: str, results: Sequence[IntentResult]) -> str:
    right = sum(result.right for result in results)
    starts = sum(result.false_start for result in results)
    return f"| {name} | {len(results)} | {right} | {share(right, len(results))} | {starts} |"
