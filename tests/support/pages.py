"""What a conversation's page shows, read from its HTML as a person without JavaScript would."""

from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass(slots=True)
class ShownMessage:
    id: str
    role: str
    status: str
    turn_id: str = ""  # of a running reply
    seq: int = 0  # of a running reply
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.messages: list[ShownMessage] = []
        self._body_depth = 0  # open <div>s inside the message's body; 0: outside
        self._in_template = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._in_template = True
        if self._in_template:
            return
        if "data-message-id" in found:
            self.messages.append(
                ShownMessage(
                    id=found["data-message-id"],
                    role=found["data-role"],
                    status=found["data-status"],
                    turn_id=found.get("data-turn-id", ""),
                    seq=int(found.get("data-seq") or 0),
                )
            )
        if tag == "div" and (self._body_depth or "message-body" in found.get("class", "").split()):
            self._body_depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._in_template = False
        elif tag == "div" and self._body_depth and not self._in_template:
            self._body_depth -= 1

    def handle_data(self, data: str) -> None:
        if self._body_depth and not self._in_template:
            self.messages[-1].text += data


def messages_of(page: str) -> list[ShownMessage]:
    """The messages that a page's HTML shows, in its order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.messages
