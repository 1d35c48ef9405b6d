"""Times as earlier systems wrote them."""

from datetime import UTC, datetime

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def epoch(value: object) -> float | None:
    """Seconds since the epoch; a time without zone is UTC; None for what is no time of this century."""
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace")
    seconds = _number(value) if isinstance(value, (int, float)) else _written(str(value or "").strip())
    return seconds if seconds is not None and _EARLIEST <= seconds < _LATEST else None


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _number(value: float) -> float:
    return value / 1000 if value > 100_000_000_000 else float(value)


def _written(text: str) -> float | None:
    if not text:
        return None
    try:
        return _number(float(text))
    except ValueError:
        pass
    try:
        told = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
