"""Edges of P1 to P5, P7, P9 and P11 from outside: handshake, restart, foreign writes, full disk, no Redis at all."""

import resource
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.support.processes import NotReady
from tests.support.product import Person, Product
from tests.support.rig import Missing, Rig
from tests.support.socket_client import SocketClient


def ask(socket: SocketClient, content: str, request_id: str | None = None) -> str:
    """Send a message; the turn's id once the model was called."""
    sent = socket.send("ai_chat", request_id=request_id, content=content)
    return str(socket.expect("ai_stream_start", request_id=sent)["turn_id"])


def chunks(socket: SocketClient, count: int) -> None:
    for _ in range(count):
        socket.expect("ai_stream_chunk")


def drain(socket: SocketClient) -> None:
    """Read what was on its way when the server died: it was shown, too."""
    socket.close_code(5)


def wait_for_reply(person: Person, conversation: str) -> dict[str, str]:
    """The stored reply; connecting to the conversation waits for the end of its turn."""
    with person.socket(conversation) as socket:
        running = socket.established()["running"]
        if running is not None:
            socket.resume(running["turn_id"], 0)
            socket.expect("ai_stream_end", turn_id=running["turn_id"], deadline=30)
    return person.messages(conversation)[-1]


def counted(marker: str, deltas: int) -> str:
    return "".join(f"{marker}.{number} " for number in range(deltas))


def made(rig: Rig, configuration: str, **environment: str) -> Product:
    try:
        product = rig.product(configuration, {**rig.model_settings, **environment})
    except Missing as missing:
        pytest.skip(str(missing))
    product.start()
    return product


def rows(product: Product, query: str) -> list[tuple[Any, ...]]:
    """What stands in the database, by a connection that is not the product's."""
    if url := product.setup.database_url:
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()
    file = sqlite3.connect(f"file:{product.folder / 'trademe.sqlite3'}?mode=ro", uri=True)
    try:
        return file.execute(query).fetchall()
    finally:
        file.close()


def change(product: Product, statement: str) -> None:
    """A write that is not the product's."""
    if url := product.setup.database_url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())
        return
    file = sqlite3.connect(product.folder / "trademe.sqlite3", isolation_level=None, timeout=20)
    try:
        file.execute(statement)
    finally:
        file.close()


# --- one process ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["uvicorn-sqlite", "daphne-postgres"])
def single(request: pytest.FixtureRequest, rig: Rig) -> Iterator[Product]:
    product = made(rig, request.param)
    yield product
    product.remove()


@pytest.fixture
def alice(single: Product) -> Person:
    return single.person("alice")


@pytest.fixture
def talk(alice: Person) -> str:
    return alice.new_conversation("general")


def test_commands_sent_with_the_handshake_are_heard(alice: Person, talk: str) -> None:
    """A client need not wait for the first frame to send; it comes first all the same."""
    with alice.socket(talk) as socket:
        request_id = socket.send("ai_chat", content="[[marker=early deltas=3]]")
        socket.send("ping")
        socket.established()
        assert socket.expect("ai_stream_end", request_id=request_id)["content"] == counted("early", 3)


def test_p1_the_question_is_stored_before_it_is_answered_for(alice: Person, talk: str, single: Product) -> None:
    """Pain: the message lost when the model errs. Here the model has not even begun."""
    with alice.socket(talk) as socket:
        socket.established()
        socket.send("ai_chat", content="[[marker=late late=500ms deltas=2]] asked")
        begun = socket.expect("ai_chat_start")["user_message"]
        key = begun["id"] if single.setup.database_url else begun["id"].replace("-", "")
        [(content,)] = rows(single, f"SELECT content FROM chat_message WHERE id = '{key}'")
        assert content == begun["content"]
        assert "asked" in alice.page(talk)
        socket.expect("ai_stream_end")


def test_p3_at_the_end_frame_everything_is_committed(alice: Person, talk: str, single: Product) -> None:
    for number in range(5):
        with alice.socket(talk) as socket:
            socket.established()
            socket.send("ai_chat", content=f"[[marker=done{number} deltas=10]]")
            end = socket.expect("ai_stream_end")
            key = end["turn_id"] if single.setup.database_url else end["turn_id"].replace("-", "")
            found = rows(
                single,
                "SELECT t.status, m.content, m.status, u.state, u.output_tokens FROM chat_turn t"
                " JOIN chat_message m ON m.id = t.reply_id JOIN chat_usagerecord u ON u.turn_uuid = t.id"
                f" WHERE t.id = '{key}'",
            )
        tokens = end["usage"]["output_tokens"]
        assert found == [("complete", counted(f"done{number}", 10), "complete", "settled", tokens)]


def test_p5_a_request_sent_again_after_a_restart_starts_nothing(
    alice: Person, talk: str, single: Product, rig: Rig
) -> None:
    """Once for a reply that had ended, once for one that the crash cut off."""
    whole, cut = str(uuid.uuid4()), str(uuid.uuid4())
    texts = {whole: f"[[marker={whole} deltas=3]]", cut: f"[[marker={cut} deltas=3000 every=5ms]]"}
    with alice.socket(talk) as socket:
        socket.established()
        turns = {whole: ask(socket, texts[whole], whole)}
        socket.expect("ai_stream_end")
        turns[cut] = ask(socket, texts[cut], cut)
        chunks(socket, 10)
        single.kill9()
        drain(socket)
    single.start()
    reply = wait_for_reply(alice, talk)
    assert reply["status"] == "interrupted"
    assert reply["content"].startswith(socket.shown(turns[cut]))
    with alice.socket(talk) as socket:
        socket.established()
        for request_id, status in ((whole, "complete"), (cut, "interrupted")):
            socket.send("ai_chat", request_id=request_id, content=texts[request_id])
            end = socket.expect("ai_stream_end", request_id=request_id)
            assert (end["turn_id"], end["status"]) == (turns[request_id], status)
        socket.send("continue", message_id=reply["id"])
        assert socket.expect("ai_stream_end")["status"] == "complete"
    markers = [entry["marker"] for entry in rig.model_server.ledger()]
    assert (markers.count(whole), markers.count(cut)) == (1, 1)
    roles = [(message["role"], message["status"]) for message in alice.messages(talk)]
    assert [status for role, status in roles if role == "assistant"] == ["complete", "interrupted", "complete"]
    assert len([role for role, _status in roles if role == "user"]) == 2


def test_branches_keep_what_was_there(alice: Person, talk: str) -> None:
    """Rule 23: a regeneration and an edit add; they change and remove nothing."""
    with alice.socket(talk) as socket:
        socket.established()
        socket.say("[[marker=first deltas=2]]")
        question, reply = alice.messages(talk)
        socket.send("regenerate", message_id=reply["id"])
        again = socket.expect("ai_stream_end")
        socket.send("edit", message_id=question["id"], content="[[marker=edited deltas=2]]")
        edited = socket.expect("ai_stream_end")
    stored = alice.messages(talk)
    assert stored[:2] == [question, reply]
    assert [(message["sequence"], message["parent"]) for message in stored[2:]] == [
        (3, question["id"]),
        (4, None),
        (5, stored[3]["id"]),
    ]
    assert [stored[2]["id"], stored[4]["id"]] == [again["message_id"], edited["message_id"]]
    assert edited["content"] == counted("edited", 2)


def test_p11_a_changed_password_closes_open_sockets(single: Product) -> None:
    mallory = single.person("mallory")
    with mallory.socket(mallory.new_conversation("general")) as socket:
        socket.established()
        change(single, "UPDATE accounts_user SET password = '!another' WHERE username = 'mallory'")
        assert socket.close_code() == 4401


def test_p11_what_is_not_there_is_closed_and_too_much_as_well(alice: Person, talk: str, single: Product) -> None:
    with alice.socket(str(uuid.uuid4())) as socket:
        assert socket.close_code() == 4404
    with alice.socket(talk) as socket:
        socket.established()
        turn_id = ask(socket, "[[marker=flooded deltas=60 every=10ms]]")
        for _ in range(300):
            socket.send("ping")
        assert socket.close_code() == 4429
    with alice.socket(talk) as socket:
        socket.established()
        socket.resume(turn_id, 0)
        assert socket.expect("ai_stream_end")["content"] == counted("flooded", 60), "the reply took no harm"


# --- SQLite: the disk and the lock ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def on_sqlite(rig: Rig) -> Iterator[Product]:
    product = made(rig, "uvicorn-sqlite")
    yield product
    product.remove()


@contextmanager
def full_disk(product: Product) -> Iterator[None]:
    """The process cannot make its files any longer, as on a full disk."""
    assert product.process is not None
    wal = product.folder / "trademe.sqlite3-wal"
    limits = resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE, (max(wal.stat().st_size, 100_000), limits[1]))
    try:
        yield
    finally:
        resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE, limits)


def test_p3_a_full_disk_loses_nothing(on_sqlite: Product) -> None:
    person = on_sqlite.person("alice")
    talk = person.new_conversation("general")
    with person.socket(talk) as socket:
        socket.established()
        turn_id = ask(socket, "[[marker=full deltas=500 every=10ms]]")
        chunks(socket, 5)
        with full_disk(on_sqlite):
            socket.expect("ai_progress_update", stage="database", turn_id=turn_id)
            assert person.running_text(talk) == socket.shown(turn_id), "readable all the time"
        end = socket.expect("ai_stream_end")
    assert (end["status"], end["content"]) == ("complete", counted("full", 500))
    assert socket.shown(turn_id) == end["content"]


def test_a_second_server_on_one_sqlite_file_is_refused(on_sqlite: Product) -> None:
    second = Product(on_sqlite.folder / "second", on_sqlite.setup)
    second.folder = on_sqlite.folder
    with pytest.raises(NotReady, match="another server already works on"):
        second.start()


# --- PostgreSQL: two processes without Redis -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_rig() -> Iterator[Rig]:
    """A PostgreSQL that these tests stop."""
    with Rig() as rig:
        yield rig


@pytest.fixture(scope="module")
def deaf_pair(own_rig: Rig) -> Iterator[tuple[Product, Product]]:
    """Two processes that hear nothing of each other but through their database."""
    first = made(own_rig, "uvicorn-postgres", REDIS_URL="", TRADEME_LEASE_SECONDS="2")
    second = own_rig.product("uvicorn-postgres", first.setup.environment | {"TRADEME_LEASE_SECONDS": "2"}, beside=first)
    second.start()
    yield first, second
    second.remove()
    first.remove()


@pytest.fixture
def here(deaf_pair: tuple[Product, Product]) -> Person:
    return deaf_pair[0].person("alice")


@pytest.fixture
def there(deaf_pair: tuple[Product, Product], here: Person) -> Person:
    return here.at(deaf_pair[1])


def test_p9_without_redis_a_tab_elsewhere_follows_by_polling(here: Person, there: Person, own_rig: Rig) -> None:
    talk = here.new_conversation("general")
    with here.socket(talk) as near, there.socket(talk) as far:
        near.established()
        far.established()
        turn_id = ask(near, "[[marker=polled deltas=200 every=10ms]]")
        far.expect("ai_chat_start", deadline=3)
        far.expect("ai_stream_chunk", deadline=3)
        assert far.expect("ai_stream_end")["content"] == counted("polled", 200)
        assert far.shown(turn_id) != ""
        turn_id = ask(near, "[[marker=polledstop deltas=3000 every=10ms]]")
        far.expect("ai_stream_chunk")
        far.send("stop", turn_id=turn_id)
        stopped = far.expect("ai_stream_end")
        assert (stopped["status"], near.expect("ai_stream_end")["content"]) == ("stopped", stopped["content"])
    entry = own_rig.model_server.wait_for_end("polledstop")
    assert entry["ended"] == "client gone"


def test_p3_an_outage_longer_than_the_lease_interrupts_nobody(here: Person, there: Person, own_rig: Rig) -> None:
    """The other process does not take the silence of both for the death of one."""
    talk = here.new_conversation("general")
    with here.socket(talk) as near, there.socket(talk) as far:
        near.established()
        far.established()
        turn_id = ask(near, "[[marker=outlasted deltas=100 every=80ms]]")
        far.expect("ai_stream_chunk")
        own_rig.postgres.stop()
        try:
            near.expect("ai_progress_update", stage="database", turn_id=turn_id)
            with pytest.raises(TimeoutError):
                far.expect("ai_stream_end", deadline=4)  # twice the lease
        finally:
            own_rig.postgres.start()
        for socket in (near, far):
            end = socket.expect("ai_stream_end", deadline=30)
            assert (end["status"], end["content"]) == ("complete", counted("outlasted", 100))
        assert near.shown(turn_id) == end["content"]
    assert [message["role"] for message in here.messages(talk)] == ["user", "assistant"]


def test_a_write_that_the_database_refuses_fails_one_turn_and_tells_no_log(
    here: Person, deaf_pair: tuple[Product, Product], own_rig: Rig
) -> None:
    """Rules 5 and 25: its neighbour notices nothing; no log, PostgreSQL's own included, holds the text."""
    secret = f"whisper{uuid.uuid4().hex}"
    talk, neighbours = here.new_conversation("general"), here.new_conversation("general")
    with here.socket(talk) as socket, here.socket(neighbours) as neighbour:
        socket.established()
        neighbour.established()
        neighbour.send("ai_chat", content="[[marker=next deltas=100 every=10ms]]")
        turn_id = ask(socket, f"[[marker={secret} deltas=2000 every=5ms]] {secret}")
        chunks(socket, 5)
        with psycopg.connect(deaf_pair[0].setup.database_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO chat_journalentry (turn_id, seq, text)"
                " SELECT id, last_seq + 20, 'in the way' FROM chat_turn WHERE id = %s",
                [turn_id],
            )
        end = socket.expect("ai_stream_end")
        assert end["status"] == "failed"
        assert end["content"].startswith(socket.shown(turn_id))
        assert neighbour.expect("ai_stream_end")["content"] == counted("next", 100)
    logs = [product.log for product in deaf_pair] + [own_rig.postgres.log]
    assert "journal_place" in logs[-1], "PostgreSQL did log the refusal"
    assert not any(secret in log for log in logs)
