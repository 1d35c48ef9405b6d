"""The models that the operator offers: which one a conversation talks to, and which one answers a turn."""

from dataclasses import dataclass

from django.conf import settings

from chat.models import Conversation, Turn
from chat.providers import split_model
from chat.providers.vision import takes_images

BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class Offer:
    """One model on offer; the first of them is the default."""

    setting: str  # provider:model
    takes_images: bool

    @property
    def provider(self) -> str:
        return split_model(self.setting)[0]

    @property
    def model(self) -> str:
        return split_model(self.setting)[1]


def offers() -> tuple[Offer, ...]:
    """All of them, the default first."""
    config = settings.CONFIG
    said = {offer.setting: offer.images for offer in config.models}
    return tuple(_offer(setting, said.get(setting)) for setting in dict.fromkeys((config.model, *said)))


def default() -> Offer:
    return offers()[0]


def find(setting: str) -> Offer | None:
    return next((offer for offer in offers() if offer.setting == setting), None)


def chosen(conversation: Conversation) -> Offer:
    """Who answers the next turn: the person's choice while it is on offer, else the default."""
    return find(conversation.model) or default()


def withdrawn(conversation: Conversation) -> str:
    """The person's choice where it is no longer on offer; else empty."""
    return "" if not conversation.model or find(conversation.model) else conversation.model


def as_stored(setting: str) -> str:
    """The default is stored as no choice: it follows what the operator sets."""
    return "" if setting == default().setting else setting


def of_turn(turn: Turn) -> tuple[str, str]:
    """Provider and model that answer this turn: what was chosen when it started, whatever was chosen since."""
    if turn.choice:
        return split_model(turn.choice)
    if turn.provider:
        return turn.provider, turn.model  # stored before there was a choice
    return split_model(settings.CONFIG.model)


def turn_takes_images(turn: Turn) -> bool:
    provider, model = of_turn(turn)
    offer = find(turn.choice) if turn.choice else None
    return offer.takes_images if offer is not None else takes_images(provider, model)


def _offer(setting: str, images: bool | None) -> Offer:
    return Offer(setting, takes_images(*split_model(setting)) if images is None else images)
