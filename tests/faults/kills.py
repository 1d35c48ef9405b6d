"""Kill the server with SIGKILL at a chosen point of a reply, start it again, and compare (promise P1)."""

import random
from dataclasses import dataclass
from itertools import takewhile

from websockets.exceptions import ConnectionClosed

from tests.support.product import Person, Product


@dataclass(frozen=True)
class Kill:
    """What one kill did. ``lost`` counts characters that were shown and are not stored."""

    seed: int
    chunks: int
    shown: int
    stored: int
    lost: int
    status: str

    @property
    def kept_its_promise(self) -> bool:
        return self.lost == 0 and self.status in ("interrupted", "complete")


def kill_in_mid_reply(product: Product, person: Person, seed: int) -> Kill:
    """The product must answer by the model server. It runs again afterwards."""
    chance = random.Random(seed)
    after = chance.randint(1, 60)
    every = chance.choice((0, 1, 5, 20))  # ms between the model's deltas
    deltas = 300 if every else 100_000  # without a pause a short reply would be over before the kill
    conversation = person.new_conversation("general")
    with person.socket(conversation) as socket:
        socket.established()
        socket.send("ai_chat", content=f"[[deltas={deltas} every={every}ms]] kill {seed}")
        turn_id = socket.expect("ai_chat_start")["turn_id"]
        chunks = 0
        while chunks < after:
            frame = socket.receive()
            chunks += frame["type"] == "ai_stream_chunk"
            if frame["type"] == "ai_stream_end":
                break
        product.kill9()
        try:
            while True:  # what was on its way was shown, too
                socket.receive(2)
        except (ConnectionClosed, TimeoutError):
            pass
        shown = socket.shown(turn_id)
    product.start()
    reply = wait_for_reply(person, conversation)
    stored = reply["content"]
    kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(shown, stored, strict=False)))
    return Kill(seed, chunks, len(shown), len(stored), len(shown) - kept, reply["status"])


def wait_for_reply(person: Person, conversation: str) -> dict[str, str]:
    """The stored reply; connecting to the conversation waits for the end of its turn."""
    with person.socket(conversation) as socket:
        running = socket.established()["running"]
        if running is not None:
            socket.resume(running["turn_id"], 0)
            socket.expect("ai_stream_end", turn_id=running["turn_id"], deadline=30)
    return person.messages(conversation)[-1]
