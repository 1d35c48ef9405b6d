"""The card of a version that was made by hand, in its conversation: a notice with the version's button."""

from collections.abc import Iterable
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from chat import notices
from chat.models import Conversation, Message
from strategies.models import StrategyVersion, VersionMention


def add(version: StrategyVersion, conversation: Conversation, beside: UUID | None) -> Message:
    """Store the card; the caller holds the conversation's row."""
    card = notices.add_card(conversation, words(version), beside=beside, kind=Message.Kind.CODE)
    VersionMention.objects.create(message=card, version=version)
    return card


def rendered(message_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The HTML of cards by message, in the language of the moment; in one query."""
    found = VersionMention.objects.filter(message_id__in=list(message_ids)).select_related("version")
    return {
        mention.message_id: "".join(  # frames carry plain strings, not SafeString
            [
                render_to_string(
                    "strategies/_version_card.html", {"version": mention.version, "words": words(mention.version)}
                )
            ]
        )
        for mention in found.defer("version__code", "version__spec", "version__validation")
    }


def words(version: StrategyVersion) -> str:
    """What happened, in a sentence."""
    values = {"number": version.number, "base": version.based_on}
    if version.origin == StrategyVersion.Origin.RESTORED:
        return _("Version %(base)s was restored as version %(number)s.") % values
    if version.based_on is None:
        return _("Version %(number)s was written by hand.") % values
    return _("Version %(base)s was edited by hand: version %(number)s.") % values
