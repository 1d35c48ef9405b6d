"""JSON of a stream's events into typed structs, forgiving about text and strict about shape."""

import json
from typing import Generic, TypeVar

import msgspec

from chat.providers.base import ProviderFailed

Event = TypeVar("Event")


class EventDecoder(Generic[Event]):
    """Decodes one kind of event; raises ProviderFailed for what is none."""

    def __init__(self, type: type[Event]) -> None:
        self._type = type
        self._decoder = msgspec.json.Decoder(type)

    def __call__(self, data: bytes) -> Event:
        try:
            return self._decoder.decode(data)
        except msgspec.ValidationError as error:
            raise ProviderFailed("an event of another shape") from error
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._forgiving(data)

    def _forgiving(self, data: bytes) -> Event:
        """Half of a surrogate pair and invalid UTF-8, which the fast decoder refuses, come through."""
        try:
            return msgspec.convert(json.loads(data.decode("utf-8", "replace"), strict=False), self._type)
        except (ValueError, RecursionError, msgspec.MsgspecError):
            # without its cause, whose message may quote the data
            raise ProviderFailed("bytes that are no event") from None
