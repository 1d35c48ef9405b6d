"""What the lookahead and warm-up tests found, in words."""

from typing import Any

from django.utils.translation import gettext as _

from strategies.engine.job import Finding


def as_json(finding: Finding) -> dict[str, Any]:
    """As it is stored."""
    return {"code": finding.code, "what": finding.what, "bar": finding.bar, "cut": finding.cut}


def finding_words(finding: dict[str, Any]) -> str:
    """A stored finding in a sentence, in the language of the moment."""
    values = {"what": finding.get("what", ""), "bar": finding.get("bar", 0), "cut": finding.get("cut", 0)}
    words = {
        "indicator-reads-future": _(
            "%(what)s reads the future: with other bars after bar %(cut)s its value on bar %(bar)s is another one."
        ),
        "order-reads-future": _(
            "An order on bar %(bar)s depends on the future: with other bars after bar %(cut)s it is another one."
        ),
        "error-with-other-future": _(
            "With other bars after bar %(cut)s the code fails on bar %(bar)s (%(what)s), so it depends on the future."
        ),
        "indicators-differ": _("With other bars after bar %(cut)s the code has other indicators."),
        "not-repeatable": _("The code does not repeat itself on the very same bars."),
        "indicator-not-converged": _(
            "%(what)s depends on where the data begin: with other bars before bar %(cut)s its last values are others."
        ),
        "error-with-other-beginning": _("With other bars before bar %(cut)s the code fails (%(what)s)."),
    }
    text = words.get(str(finding.get("code")))
    return text % values if text else str(finding.get("code"))
