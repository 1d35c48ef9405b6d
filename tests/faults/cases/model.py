"""A model that breaks off, refuses, stalls or talks nonsense: every ending is the true one, what had come is kept (P4)."""

import base64
import html
from collections.abc import Sequence
from random import Random

from chat.providers.http import Deadlines
from chat.runner import MAX_ATTEMPTS, MAX_REPLY_BYTES
from tests.faults.case import case, case_of_many
from tests.faults.outcome import Run
from tests.faults.send import Send, Tab, Word, counted
from tests.faults.stage import LIMIT, Stage
from tests.support.proxy import Proxy
from tests.support.rig import Rig

FROM_FAULT = "the model's last byte"
DEADLINES = Deadlines()


# --- breaking off -------------------------------------------------------------------------------------------------


@case("the model's connection cut at a byte", clock=FROM_FAULT)
def cut_at_a_byte(stage: Stage, seed: int, chance: Random) -> Run:
    """By FIN or RST, in the head, in a line, in a character of three or four bytes."""
    text = _text(chance, 200)
    place = chance.randint(0, 600) if chance.random() < 0.2 else chance.randint(600, 35_000)
    how = chance.choice(("", "reset "))
    send = _send(stage, seed, text, f"raw {how}cutbyte={place}", every_ms=chance.choice((0, 1)))
    end = _end(send)
    said = send.call()["deltas"]
    run = _judged(send, "truncated" if said else "failed", "" if said else "provider_unreachable")
    run.says(end.call_ended == "cut", f"the model's side {end.call_ended}")
    return run


@case("the model ends without a finish reason", clock=FROM_FAULT)
def no_finish_reason(stage: Stage, seed: int, chance: Random) -> Run:
    send = _counted(stage, seed, chance, "nofinish")
    return _judged(send, "truncated")


@case("the model reports an error in mid-stream", clock=FROM_FAULT)
def error_in_mid_stream(stage: Stage, seed: int, chance: Random) -> Run:
    send = _counted(stage, seed, chance, f"errorframe={chance.randint(0, 40)}", deltas=60)
    return _judged(send, "failed", "provider_error")
