"""How often somebody may do something (token buckets), and how many of it at once (places)."""

import time
from collections import Counter


class TokenBucket:
    """``burst`` at once, ``rate`` a second in the long run."""

    __slots__ = ("_burst", "_left", "_rate", "_when")

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._left = float(burst)
        self._when = time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._when) * self._rate)
        self._when = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Places:
    """How many each person has taken."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: Counter[int] = Counter()

    def take(self, user_id: int, most: int | None) -> bool:
        """One more, unless ``most`` are taken."""
        if most is not None and self._taken[user_id] >= most:
            return False
        self._taken[user_id] += 1
        return True

    def leave(self, user_id: int) -> None:
        self._taken[user_id] -= 1
        if not self._taken[user_id]:
            del self._taken[user_id]  # nobody is remembered who is not here
