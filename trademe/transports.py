"""The connection under an ASGI ``send``, which ASGI does not name: so that a client that never reads cannot keep it.

A server that closes a socket first waits until the client has read what was sent before, without end; and daphne takes
whatever is sent to it, without end. In another server than uvicorn and daphne nothing is found and nothing happens.
"""

import os
import socket
from typing import Any

#: the kernel gives up a connection whose client has taken nothing for so long, ms; more than the 10 s of one frame
UNREAD_MS = 30_000


def bound(send: Any) -> None:
    """Let the kernel drop this connection when its client stops taking what is sent (``TCP_USER_TIMEOUT``)."""
    number = _file_number(_transport(send))
    if number is None or not hasattr(socket, "TCP_USER_TIMEOUT"):
        return
    with socket.socket(fileno=os.dup(number)) as connection:
        if connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)


def abort(send: Any) -> None:
    """End the connection now; what its client has not read is thrown away."""
    transport = _transport(send)
    end = getattr(transport, "abortConnection", None) or getattr(transport, "abort", None)  # daphne's, uvicorn's
    if end is not None:
        end()
    if hasattr(transport, "dataBuffer"):
        # what daphne held for the client would wait for a collection of cycles
        transport.dataBuffer, transport.offset = b"", 0
        transport._tempDataBuffer, transport._tempDataLen = [], 0


def unsent(send: Any) -> int:
    """Bytes that daphne holds for the client; 0 elsewhere, where ``send`` itself waits."""
    transport = _transport(send)
    if not hasattr(transport, "dataBuffer"):
        return 0
    return int(len(transport.dataBuffer) - transport.offset + transport._tempDataLen)


def _transport(send: Any) -> Any:
    # uvicorn's send is a method of its protocol; daphne's a partial whose first argument is the protocol
    protocol = getattr(send, "__self__", None) or next(iter(getattr(send, "args", ())), None)
    return getattr(protocol, "transport", None)


def _file_number(transport: Any) -> int | None:
    handle = None
    if hasattr(transport, "get_extra_info"):
        handle = transport.get_extra_info("socket")
    elif hasattr(transport, "getHandle"):
        handle = transport.getHandle()
    number = handle.fileno() if handle is not None else -1
    return number if number >= 0 else None
