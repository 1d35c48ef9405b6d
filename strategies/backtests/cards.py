"""The card of a run in its conversation: a notice whose text says the figures; its HTML is made when it is shown."""

from collections.abc import Iterable
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from chat import notices
from chat.models import Conversation, Message
from strategies.backtests import contexts
from strategies.models import Backtest


def add(backtest: Backtest, conversation: Conversation) -> Message:
    """Store the card; the caller holds the conversation's row, and the run has ended."""
    with translation.override(backtest.language):
        words = content(backtest)
    return notices.add_card(conversation, words, beside=backtest.version.message_id)


def content(backtest: Backtest) -> str:
    """The run in a few sentences, in the language of the moment."""
    card = contexts.card(backtest)
    lines = [f"**{card.heading}** ({card.row.period}): {card.row.state_words}"]
    if card.error:
        lines.append(f"{card.error_place}: {card.error}" if card.error_place else card.error)
    if card.no_trades:
        lines.append(card.no_trades)
    lines += [f"{figure.label}: {figure.text}" for figure in card.main]
    lines += card.warnings
    lines.append(_("Cash, fee and slippage, all figures and the trades are on the page of the result."))
    return "\n\n".join(lines)


def rendered(message_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The HTML of cards by message, in the language of the moment; in one query."""
    found = Backtest.objects.filter(message_id__in=list(message_ids)).select_related("version__strategy")
    return {backtest.message_id: _html(backtest) for backtest in found if backtest.message_id is not None}


def _html(backtest: Backtest) -> str:
    html = render_to_string("strategies/backtests/_card.html", {"card": contexts.card(backtest)})
    return "".join([html])  # frames carry plain strings, not SafeString
