"""How often somebody may ask for an account, counted for each address and each process."""

import time
from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address

ATTEMPTS = 10
SECONDS = 15 * 60.0
MAX_ADDRESSES = 10_000  # remembered; the one heard of longest ago is forgotten first


class SignUpThrottle:
    """At most ``ATTEMPTS`` in ``SECONDS`` from one address; the answers to attempts tell which names exist."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Whether one more attempt may be made now; it counts if so."""
        now = time.monotonic()
        attempts = self._attempts.setdefault(_household(address), deque())
        self._attempts.move_to_end(_household(address))
        while len(self._attempts) > MAX_ADDRESSES:
            self._attempts.popitem(last=False)
        while attempts and now - attempts[0] > SECONDS:
            attempts.popleft()
        if len(attempts) >= ATTEMPTS:
            return False
        attempts.append(now)
        return True


def _household(address: str) -> str:
    """Whoever has one IPv6 address has all of its network."""
    try:
        found = ip_address(address)
    except ValueError:  # a Unix socket has none: all its clients are one
        return ""
    return str(int(found) >> 64) if isinstance(found, IPv6Address) else str(found)


sign_ups = SignUpThrottle()
