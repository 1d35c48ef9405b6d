"""The choice of model as a page and the API show it: each offer with its price and whether it takes images."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from chat import offer, providers
from chat.models import Conversation
from chat.offer import Offer
from chat.providers.base import Usage

SAMPLE = 1_000  # tokens: prices rise with very long calls
SAMPLES_A_MILLION = 1_000_000 // SAMPLE


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens; None where it is not known."""

    read: Decimal | None
    written: Decimal | None

    @property
    def is_free(self) -> bool:
        return self.read == 0 and self.written == 0


@dataclass(frozen=True, slots=True)
class ModelChoice:
    setting: str
    name: str
    price: Price
    takes_images: bool
    is_default: bool
    chosen: bool

    @property
    def label(self) -> str:
        """One line, as an entry of a list."""
        said = [self.name, price_words(self.price)]
        if self.takes_images:
            said.append(_("takes images"))
        return " · ".join(said)


@dataclass(frozen=True, slots=True)
class Picker:
    """``withdrawn`` is what was chosen before and is no longer on offer."""

    choices: list[ModelChoice]
    withdrawn: str

    @property
    def is_a_choice(self) -> bool:
        return len(self.choices) > 1 or bool(self.withdrawn)

    @property
    def takes_images(self) -> bool:
        """Whether any of them does."""
        return any(choice.takes_images for choice in self.choices)

    @property
    def chosen(self) -> ModelChoice:
        return next(choice for choice in self.choices if choice.chosen)

    @property
    def withdrawn_name(self) -> str:
        return providers.split_model(self.withdrawn)[1]


def picker(conversation: Conversation | None = None) -> Picker:
    """For a conversation, or for one that is not made yet. Reads the price list: never on the event loop."""
    chosen = offer.chosen(conversation) if conversation is not None else offer.default()
    return Picker(
        choices=[_choice(found, chosen) for found in offer.offers()],
        withdrawn=offer.withdrawn(conversation) if conversation is not None else "",
    )


def _choice(found: Offer, chosen: Offer) -> ModelChoice:
    return ModelChoice(
        setting=found.setting,
        name=_("Built-in strategist") if found.provider == offer.BUILTIN else found.model,
        price=price_of(found),
        takes_images=found.takes_images,
        is_default=found.setting == offer.default().setting,
        chosen=found == chosen,
    )


def price_of(found: Offer) -> Price:
    provider = providers.get(found.provider)
    read = provider.price(found.model, Usage(SAMPLE, 0))
    written = provider.price(found.model, Usage(0, SAMPLE))
    if read is None or written is None:
        return Price(None, None)
    return Price(read * SAMPLES_A_MILLION, written * SAMPLES_A_MILLION)


def price_words(price: Price) -> str:
    """Short, for an entry of a list; what the two figures are stands beside it."""
    if price.read is None or price.written is None:
        return _("price unknown")
    if price.is_free:
        return _("free")
    return f"${_plain(price.read)} / ${_plain(price.written)}"


def _plain(amount: Decimal) -> str:
    rounded = f"{amount:.4f}".rstrip("0")
    whole, _point, part = rounded.partition(".")
    return f"{whole}.{part:0<2}" if part else whole
