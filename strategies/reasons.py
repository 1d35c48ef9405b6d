"""Why words of a message were not used, in the reader's language."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from strategies.spec import TIMEFRAMES

REASONS: Mapping[str, Promise] = {
    "too_much": _("a message is read up to 4,000 characters; please send the rest by itself."),
    "unclear": _("I could not read a rule from it."),
    "which_side": _("should this open or close a position?"),
    "vague_level": _("please give a number, for example RSI below 30."),
    "which_signal": _("which signal of it is meant? For example that MACD crosses above its signal line."),
    "percent_sign": _("is that in percent? Please write it with %."),
    "out_of_range": _("this figure is not possible here."),
    "per_trade": _(
        "risk per trade is not part of the plan: it has a position size (a share of the capital) and a stop-loss "
        "(how far the price may go against you). Please say one of them, for example “stop loss 2%” or "
        "“20% of the capital”."
    ),
    "money": _("please give it in percent: a size of the capital, a stop or a target of the entry price."),
    "in_atr": _("a stop or a target in multiples of ATR is not part of the plan yet; please give it in percent."),
    "bars_not_days": _("please give the holding time in bars of the timeframe."),
    "timeframe": format_lazy(_("this timeframe is not available; there are {known}."), known=", ".join(TIMEFRAMES)),
    "one_timeframe": _("a strategy uses one timeframe; which one?"),
    "one_instrument": _("a strategy is for one market at a time; which one?"),
    "unknown_indicator": _("I do not know this indicator."),
    "strategy_words": _("an indicator has no entries, exits, stops or sizes; open a strategy conversation for them."),
    "same_sides": _("this would open and close a position on the same condition; please say the other one again."),
    "scaled": _("multiples of an indicator are not part of the plan yet."),
    "too_many": _("that is more than one plan can hold."),
    "unclear_change": _("I could not tell what this changes."),
    "negated_action": _(
        "a rule for not trading is not supported; put it the other way round, "
        "for example “buy only when RSI is below 70”."
    ),
    "divergence": _(
        "a divergence cannot be put into a rule here; a condition on the values themselves can, "
        "for example “RSI crosses above 30”."
    ),
    "pattern": _(
        "chart patterns, drawn levels and price limits cannot be put into a rule here; "
        "the high or low of so many bars can, for example “breaks the 20 bar high”."
    ),
    "outside": _("a strategy here sees prices and volume only: no news, no forecasts, no other data."),
    "scaling_in": _(
        "a strategy here opens and closes one position as a whole: no adding to it, no parts, no grid, no doubling."
    ),
    "account_rule": _(
        "a rule about the whole account (a pause after losses, a largest drawdown, several positions at once) is not "
        "part of the plan: it says when one position opens and closes. Its own stop-loss is."
    ),
    "distance": _(
        "a distance in percent from a line or a price is not part of the plan; Bollinger bands, “ROC below -5” or "
        "“RSI below 30” say something like it."
    ),
    "sequence": _("one thing after another is not part of the plan; conditions of the same bar are."),
    "session": _("times of day and weekdays are not part of the plan; a holding time in bars is."),
    "named_system": _(
        "this name stands for several sets of rules; please say them, "
        "for example “enter when the 20 bar high breaks, exit when the 10 bar low breaks”."
    ),
    "indicator_wish": _(
        "an indicator of your own is made in a conversation of the kind “Indicator”; start a new one for it."
    ),
    "undo": _("say only “undo” to take the last change back, or say what it should be instead."),
}


def reason(key: str, language: str) -> str:
    """Why words were not used; the plainest reason for a key that is not known."""
    with translation.override("zh-hans" if language.lower().startswith("zh") else "en"):
        return str(REASONS.get(key, REASONS["unclear"]))
