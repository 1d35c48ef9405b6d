"""P11 against a client that obeys nothing, at a real server: what it can cost is bounded, and comes back."""

import json
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from chat.consumers import FRAME_BURST, SOCKETS_A_PERSON
from tests.support.product import Person, Product
from tests.support.raw_socket import CONTINUATION, PING, RawSocket
from tests.support.rig import Missing, Rig

MIB = 1024 * 1024
TOO_MANY = b"\x88\x02\x11\x4d"  # a close frame with 4429
INVALID_TEXT = b"\x88\x02\x03\xef"  # 1007


@pytest.fixture(scope="module", params=["uvicorn-sqlite", "daphne-sqlite"])
def server(request: pytest.FixtureRequest, rig: Rig) -> Iterator[Product]:
    product = rig.product(request.param, rig.model_settings)
    product.start()
    yield product
    product.remove()


@pytest.fixture
def mallory(server: Product) -> Person:
    return server.person("mallory")


@pytest.fixture
def talk(mallory: Person) -> str:
    return mallory.new_conversation("general")


def ping() -> bytes:
    return json.dumps({"type": "ping", "request_id": str(uuid.uuid4())}).encode()


def process(product: Product) -> int:
    assert product.process is not None
    return product.process.pid


def memory(product: Product) -> int:
    """Resident MiB."""
    with open(f"/proc/{process(product)}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) // 1024


def connections(product: Product) -> int:
    """Open sockets of the process."""
    folder, found = f"/proc/{process(product)}/fd", 0
    for number in os.listdir(folder):
        with suppress(FileNotFoundError):
            found += os.readlink(f"{folder}/{number}").startswith("socket:")
    return found


def wait_until(reached: Callable[[], bool], deadline: float, what: str) -> None:
    ends = time.monotonic() + deadline
    while not reached():
        assert time.monotonic() < ends, what
        time.sleep(0.1)


def still_works(person: Person, talk: str) -> None:
    with person.socket(talk) as socket:
        socket.established()
        assert socket.say("[[deltas=3]]")["status"] == "complete"


def test_clients_that_read_nothing_are_cut_off_and_their_memory_comes_back(
    mallory: Person, talk: str, server: Product
) -> None:
    """Each gets 4 MiB in chunks and 4 MiB once more as the whole, and takes 4 KiB of it."""
    readers = 20
    still_works(mallory, talk)
    before, open_before = memory(server), connections(server)
    with ExitStack() as sockets, mallory.socket(talk) as good:
        good.established()
        for _ in range(readers):
            sockets.enter_context(RawSocket(mallory, talk, buffer=4096))
        good.send("ai_chat", content=f"[[marker={'m' * 7990} deltas=600]]")
        end = good.expect("ai_stream_end", deadline=60)
        assert len(end["content"]) == 4 * MIB, "others get all of it meanwhile"
        assert memory(server) < before + 20 * readers
        wait_until(lambda: connections(server) <= open_before + 2, 25, "their connections stand")
        if server.setup.server == "uvicorn":  # with daphne, what is in cycles waits for a collection
            wait_until(lambda: memory(server) < before + 40, 10, f"{before} MiB became {memory(server)}")
        assert good.say("[[deltas=3]]")["status"] == "complete"


def test_text_that_is_no_text_closes_the_socket_and_fills_no_log(mallory: Person, talk: str, server: Product) -> None:
    with RawSocket(mallory, talk) as socket:
        socket.send(b'{"type":"ping","request_id":"\xff\xfe"}')
        answer = socket.rest()
        assert server.setup.server == "daphne" or answer.endswith(INVALID_TEXT)
    still_works(mallory, talk)
    assert "Traceback" not in server.log
    assert "Invalid UTF-8" not in server.log


def test_a_message_in_many_fragments_is_one_message(mallory: Person, talk: str) -> None:
    with RawSocket(mallory, talk) as socket:
        frame = ping()
        for place in range(len(frame)):
            socket.send(frame[place : place + 1], CONTINUATION if place else 0x1, last=place == len(frame) - 1)
        socket.until(b'"pong"')


def test_a_message_without_end_is_cut_off(mallory: Person, talk: str, server: Product) -> None:
    before = memory(server)
    with RawSocket(mallory, talk) as socket:
        socket.send(b"x" * MIB, last=False)
        with suppress(OSError):
            for _ in range(64):
                socket.send(b"x" * MIB, CONTINUATION, last=False)
        socket.rest()
    assert memory(server) < before + 64
    still_works(mallory, talk)


def test_frames_of_a_mebibyte_are_refused_one_by_one(mallory: Person, talk: str, server: Product) -> None:
    before = memory(server)
    with ExitStack() as sockets:
        several = [sockets.enter_context(RawSocket(mallory, talk)) for _ in range(5)]
        for socket in several:
            for _ in range(10):
                socket.send(b'{"x":"' + b"y" * MIB + b'"}')
        for socket in several:
            socket.until(b'"too_long"')
    assert memory(server) < before + 100
    still_works(mallory, talk)


def test_a_flood_of_commands_is_closed(mallory: Person, talk: str, server: Product) -> None:
    with RawSocket(mallory, talk) as socket:
        with suppress(OSError):
            for _ in range(10 * FRAME_BURST):
                socket.send(ping())
        if server.setup.server == "uvicorn":
            assert socket.until(TOO_MANY).count(b'"pong"') < 2 * FRAME_BURST
        else:  # it resets a connection with unread input, and what it said last is lost
            socket.rest()
    still_works(mallory, talk)


def test_pings_whose_answers_nobody_reads_cost_nothing_for_long(mallory: Person, talk: str, server: Product) -> None:
    before = memory(server)
    with RawSocket(mallory, talk, buffer=4096) as socket:
        socket.socket.settimeout(2)
        with suppress(OSError):
            for _ in range(20_000):
                socket.send(b"p" * 125, PING)
        assert memory(server) < before + 40
    still_works(mallory, talk)


def test_every_request_id_of_thousands_is_answered_or_refused_and_starts_nothing(
    mallory: Person, talk: str, rig: Rig
) -> None:
    calls = len(rig.model_server.ledger())
    with mallory.socket(talk) as socket:
        socket.established()
        asked = [socket.send("resume", turn_id=str(uuid.uuid4()), after_seq=0) for _ in range(80)]
        answered = {socket.refusal(request_id)["code"] for request_id in asked[-1:]}
    assert answered == {"not_found"}
    assert len(rig.model_server.ledger()) == calls


def test_sockets_opened_and_dropped_leave_nothing(mallory: Person, talk: str, server: Product) -> None:
    still_works(mallory, talk)
    before, open_before = memory(server), connections(server)
    for _ in range(500):
        RawSocket(mallory, talk).close()
    wait_until(lambda: connections(server) <= open_before + 1, 20, "dropped sockets stay open")
    assert memory(server) < before + 50
    still_works(mallory, talk)


def test_one_person_has_so_many_sockets_and_no_more(mallory: Person, talk: str, server: Product) -> None:
    with ExitStack() as sockets:
        for _ in range(SOCKETS_A_PERSON):
            sockets.enter_context(mallory.socket(talk)).established()
        with mallory.socket(talk) as one_more:
            assert one_more.close_code() == 4429
        alice = server.person("alice")
        with alice.socket(alice.new_conversation("general")) as other:
            other.established()
    wait_until(lambda: _opens(mallory, talk), 10, "the places are not given back")


def _opens(person: Person, talk: str) -> bool:
    with person.socket(talk) as socket:
        return bool(socket.receive()["type"] == "connection_established")


@pytest.mark.parametrize("beginning", [b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX: "], ids=["address", "headers"])
def test_a_request_whose_head_does_not_end_is_cut_off(server: Product, beginning: bytes) -> None:
    """From somebody who is not even signed in."""
    before = memory(server)
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(beginning)
        with pytest.raises(ConnectionError):
            connection.sendall(b"x" * 60 * MIB)
    assert memory(server) < before + 20


# --- the end of a session, by whatever hand -----------------------------------------------------------------------

SIGN_OUT = (
    "from django.contrib.sessions.models import Session; Session.objects.filter(session_key={session!r}).delete()"
)
DEACTIVATE = "from trademe.accounts.models import User; User.objects.filter(pk={user}).update(is_active=False)"
NEW_PASSWORD = (
    "from trademe.accounts.models import User; user = User.objects.get(pk={user});"
    " user.set_password('another-password-1'); user.save()"
)


@pytest.mark.parametrize("words", [SIGN_OUT, DEACTIVATE, NEW_PASSWORD], ids=["session", "deactivated", "password"])
def test_an_operators_change_closes_the_sockets(server: Product, words: str) -> None:
    """From another process, behind the back of this one."""
    name = f"leaver-{uuid.uuid4().hex[:8]}"
    person = server.person(name)
    with person.socket(person.new_conversation("general")) as socket:
        socket.established()
        server.manage("shell", "--verbosity=0", "-c", words.format(session=person.session, user=person.user_id))
        assert socket.close_code(6) == 4401


@pytest.fixture(scope="module")
def pair(rig: Rig) -> Iterator[tuple[Product, Product]]:
    try:
        first = rig.product("uvicorn-postgres", rig.model_settings)
    except Missing as missing:
        pytest.skip(str(missing))
    second = rig.product("daphne-postgres", rig.model_settings, beside=first)
    first.start()
    second.start()
    yield first, second
    second.remove()
    first.remove()


def test_signing_out_at_one_process_closes_the_sockets_at_the_other(pair: tuple[Product, Product]) -> None:
    here = pair[0].person("leaver")
    there = here.at(pair[1])
    talk = here.new_conversation("general")
    with there.socket(talk) as far, here.socket(talk) as near:
        far.established()
        near.established()
        begun = time.monotonic()
        assert here.http.post("/accounts/logout/").status_code == 302
        assert near.close_code(2) == 4401
        assert far.close_code(6) == 4401
        assert time.monotonic() - begun < 5
    with there.socket(talk) as again:
        assert again.close_code() == 4401
