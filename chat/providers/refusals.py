"""What a model server's refusal means: whether it may be asked again, and when."""

import email.utils
import time
from collections.abc import Mapping

from chat.providers.base import ProviderError, ProviderFailed, ProviderRejected

REFUSED_FOR_NOW = frozenset({429, 503, 529})
SERVERS_FAULT = frozenset({408, 409, 425, 500, 502, 504})


def of_status(status: int, detail: str, wait: float | None) -> ProviderError:
    """The error of an HTTP status that is not 200; ``wait`` seconds were asked for."""
    if status in REFUSED_FOR_NOW:
        return ProviderFailed(detail, status=status, refused_before_start=True, retry_after=wait)
    if status in SERVERS_FAULT or status > 500:
        return ProviderFailed(detail, status=status)
    return ProviderRejected(detail, status=status)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until the provider wants to be asked again."""
    milliseconds, value = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds:
            seconds = float(milliseconds) / 1000
        elif value:
            seconds = float(value)
        else:
            return None
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value or "").timestamp() - time.time()
        except (ValueError, OverflowError):  # no date, or one that no calendar has
            return None
    return max(0.0, seconds) if seconds < 1e9 else None
