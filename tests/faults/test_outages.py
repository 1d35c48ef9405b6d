"""P3, P7, P9, P10 where something fails: the database, Redis, another process, a deploy."""

import sqlite3
import uuid
from collections.abc import Iterator

import pytest

from tests.faults.kills import wait_for_reply
from tests.support.processes import NotReady
from tests.support.product import Person, Product
from tests.support.rig import Missing, Rig
from tests.support.socket_client import SocketClient

POSTGRES = "uvicorn-postgres"


@pytest.fixture(scope="module")
def own_rig() -> Iterator[Rig]:
    """Servers that these tests stop: not those of the other tests."""
    with Rig() as rig:
        yield rig


@pytest.fixture(scope="module")
def pair(own_rig: Rig) -> Iterator[tuple[Product, Product]]:
    """Two processes on one PostgreSQL and one Redis."""
    try:
        first = own_rig.product(POSTGRES, own_rig.model_settings)
    except Missing as missing:
        pytest.skip(str(missing))
    second = own_rig.product(POSTGRES, own_rig.model_settings, beside=first)
    first.start()
    second.start()
    yield first, second
    second.remove()
    first.remove()


@pytest.fixture
def here(pair: tuple[Product, Product]) -> Person:
    return pair[0].person("alice")


@pytest.fixture
def there(pair: tuple[Product, Product], here: Person) -> Person:
    """The same person at the other process."""
    return here.at(pair[1])


def start(socket: SocketClient, content: str) -> str:
    request_id = socket.send("ai_chat", content=content)
    return str(socket.expect("ai_stream_start", request_id=request_id)["turn_id"])


def counted(marker: str, deltas: int) -> str:
    return "".join(f"{marker}.{number} " for number in range(deltas))


def test_p7_a_tab_at_another_process_follows_live(here: Person, there: Person) -> None:
    talk = here.new_conversation("general")
    with here.socket(talk) as near, there.socket(talk) as far:
        near.established()
        far.established()
        turn_id = start(near, "[[marker=far deltas=120 every=10ms]]")
        far.expect("ai_stream_chunk")
        end = far.expect("ai_stream_end")
        assert (end["status"], end["content"]) == ("complete", counted("far", 120))
        assert end["content"].startswith(far.shown(turn_id))
        assert near.expect("ai_stream_end")["content"] == end["content"]


def test_p10_a_stop_from_another_process(here: Person, there: Person, own_rig: Rig) -> None:
    talk = here.new_conversation("general")
    with here.socket(talk) as near, there.socket(talk) as far:
        near.established()
        far.established()
        turn_id = start(near, "[[marker=farstop deltas=3000 every=10ms]]")
        near.expect("ai_stream_chunk")
        far.send("stop", turn_id=turn_id)
        assert far.expect("ai_stream_end")["status"] == "stopped"
        assert near.expect("ai_stream_end")["status"] == "stopped"
    assert own_rig.model_server.wait_for_end("farstop")["ended"] == "client gone"


def test_p5_the_same_request_at_another_process(here: Person, there: Person, own_rig: Rig) -> None:
    talk = here.new_conversation("general")
    request_id, content = str(uuid.uuid4()), "[[marker=twice deltas=40 every=10ms]]"
    with here.socket(talk) as near, there.socket(talk) as far:
        near.established()
        far.established()
        near.send("ai_chat", request_id=request_id, content=content)
        far.send("ai_chat", request_id=request_id, content=content)
        assert near.expect("ai_stream_end")["turn_id"] == far.expect("ai_stream_end")["turn_id"]
    assert len([entry for entry in own_rig.model_server.ledger() if entry["marker"] == "twice"]) == 1


def test_p1_another_process_recovers_what_a_killed_one_had_shown(
    pair: tuple[Product, Product], here: Person, there: Person
) -> None:
    talk = here.new_conversation("general")
    with here.socket(talk) as near:
        near.established()
        turn_id = start(near, "[[marker=lost deltas=3000 every=5ms]]")
        for _chunk in range(40):
            near.receive()
        pair[0].kill9()
        near.close_code()
        shown = near.shown(turn_id)
    with there.socket(talk) as far:
        running = far.established()["running"]
        assert running["turn_id"] == turn_id
        end = far.expect("ai_stream_end")
        assert end["status"] == "interrupted"
        assert end["content"].startswith(shown)
        far.send("continue", message_id=end["message_id"])
        assert far.expect("ai_stream_end")["status"] == "complete"
    pair[0].start()


def test_p9_without_redis_the_screen_is_only_later(here: Person, there: Person, own_rig: Rig) -> None:
    talk = here.new_conversation("general")
    with here.socket(talk) as near, there.socket(talk) as far:
        near.established()
        far.established()
        start(near, "[[marker=deaf deltas=150 every=10ms]]")
        near.expect("ai_stream_chunk")
        own_rig.redis.kill9()
        try:
            end = far.expect("ai_stream_end")
            assert (end["status"], end["content"]) == ("complete", counted("deaf", 150))
            near.expect("ai_stream_end")
            assert near.say("[[marker=deafer deltas=3]]")["status"] == "complete"
            far.expect("ai_stream_end", content=counted("deafer", 3))
        finally:
            own_rig.redis.start()


def test_p3_postgres_goes_and_comes_back_in_mid_reply(here: Person, own_rig: Rig) -> None:
    talk = here.new_conversation("general")
    with here.socket(talk) as socket:
        socket.established()
        turn_id = start(socket, "[[marker=away deltas=200 every=10ms]]")
        socket.expect("ai_stream_chunk")
        own_rig.postgres.stop()
        try:
            socket.expect("ai_progress_update", stage="database", turn_id=turn_id)
            shown = socket.shown(turn_id)
            request_id = socket.send("ai_chat", content="while it is away")
            assert socket.refusal(request_id)["code"] == "database_unavailable"
            assert socket.shown(turn_id) == shown  # nothing unsaved is shown
        finally:
            own_rig.postgres.start()
        end = socket.expect("ai_stream_end", deadline=30)
        assert (end["status"], end["content"]) == ("complete", counted("away", 200))
        assert socket.shown(turn_id) == end["content"]
    assert here.messages(talk)[-1]["content"] == end["content"]


def test_p3_a_locked_sqlite_loses_nothing(rig: Rig) -> None:
    product = rig.product("uvicorn-sqlite", rig.model_settings)
    product.start()
    try:
        person = product.person("alice")
        talk = person.new_conversation("general")
        with person.socket(talk) as socket:
            socket.established()
            turn_id = start(socket, "[[marker=locked deltas=150 every=10ms]]")
            socket.expect("ai_stream_chunk")
            other = sqlite3.connect(product.folder / "trademe.sqlite3", isolation_level=None, timeout=20)
            other.execute("BEGIN IMMEDIATE")
            try:
                socket.expect("ai_progress_update", stage="database", turn_id=turn_id)
            finally:
                other.execute("ROLLBACK")
                other.close()
            end = socket.expect("ai_stream_end")
            assert (end["status"], end["content"]) == ("complete", counted("locked", 150))
            assert socket.shown(turn_id) == end["content"]
    finally:
        product.remove()


@pytest.mark.parametrize("server", ["uvicorn-sqlite", "daphne-sqlite"])
def test_p4_a_deploy_in_mid_reply_interrupts_it_truthfully(rig: Rig, server: str) -> None:
    product = rig.product(server, rig.model_settings)
    product.start()
    try:
        person = product.person("alice")
        talk = person.new_conversation("general")
        with person.socket(talk) as socket:
            socket.established()
            turn_id = start(socket, "[[marker=deploy deltas=3000 every=10ms]]")
            for _chunk in range(20):
                socket.receive()
            product.terminate()
            socket.close_code()
            shown = socket.shown(turn_id)
        product.start()
        reply = wait_for_reply(person, talk)
        assert reply["status"] == "interrupted"
        assert reply["content"].startswith(shown)
        assert shown != ""
    finally:
        product.remove()


def test_a_second_server_on_one_sqlite_file_is_refused(product: Product) -> None:
    second = Product(product.folder / "second", product.setup)
    second.folder = product.folder
    with pytest.raises(NotReady, match="another server already works on"):
        second.start()
