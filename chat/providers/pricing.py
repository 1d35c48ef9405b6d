"""What a model call costs, from the price list that ``genai-prices`` carries; nothing is fetched."""

import ipaddress
from decimal import Decimal
from urllib.parse import urlsplit

from chat.providers.base import Usage


def price(provider_url: str, model: str, usage: Usage) -> Decimal | None:
    """Cost in US dollars; None where a count, the server or the model's price is not known.

    The first call reads the list (0.4 s, 27 MB): never on the event loop.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    if _is_local(urlsplit(provider_url).hostname or ""):
        return None
    # imported here because a server that never asks for a price need not hold the list
    import genai_prices

    counts = genai_prices.Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    try:
        return genai_prices.calc_price(counts, model, provider_api_url=provider_url).total_price
    except LookupError:
        return None


def _is_local(host: str) -> bool:
    """A model server of one's own has no price, and none is looked for."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
