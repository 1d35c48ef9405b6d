"""The fault rig's own equipment does what it says."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import redis

from tests.support.clock import Clock
from tests.support.disk import MIB, SmallDisk
from tests.support.postgres import PostgresCluster
from tests.support.processes import Server
from tests.support.product import Product
from tests.support.proxy import HOST, Proxy
from tests.support.redis import RedisServer, deafen, replies
from tests.support.rig import Missing, Rig

DEADLINE = 5.0


class Echo:
    """Answers what it hears; ``heard`` is all of it, of all connections."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.ends = 0
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._changed = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def wait_for(self, heard: bytes) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: bytes(self.heard).endswith(heard), DEADLINE), bytes(self.heard)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while chunk := connection.recv(65_536):
                with self._changed:
                    self.heard += chunk
                    self._changed.notify_all()
                connection.sendall(chunk)
        self.ends += 1


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy(echo.port) as made:
        yield made


@contextmanager
def caller(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, proxy.port), DEADLINE) as connection:
        yield connection


def receive(connection: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count and (chunk := connection.recv(count - len(found))):
        found += chunk
    return found


def ask(connection: socket.socket, words: bytes) -> bytes:
    connection.sendall(words)
    return receive(connection, len(words))


def is_silent(connection: socket.socket, seconds: float = 0.1) -> bool:
    connection.settimeout(seconds)
    try:
        return connection.recv(1) is None
    except TimeoutError:
        return True
    finally:
        connection.settimeout(DEADLINE)


# --- proxy --------------------------------------------------------------------------------------------------------


def test_the_proxy_passes_everything_and_counts_it(proxy: Proxy) -> None:
    words = b"x" * 1_000_000
    with caller(proxy) as connection:
        sender = threading.Thread(target=connection.sendall, args=(words,))
        sender.start()
        assert receive(connection, len(words)) == words
        sender.join()
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert (proxy.bytes_up, proxy.bytes_down, proxy.connections) == (len(words), len(words), 1)


@pytest.mark.parametrize("reset", [True, False])
def test_a_cut_ends_all_connections_and_lets_new_ones_in(proxy: Proxy, reset: bool) -> None:
    with caller(proxy) as one, caller(proxy) as two:
        ask(one, b"one"), ask(two, b"two")
        assert proxy.cut(reset) == 2
        for connection in (one, two):
            if reset:
                with pytest.raises(ConnectionResetError):
                    connection.recv(1)
            else:
                assert connection.recv(1) == b""
        assert proxy.open == 0
    with caller(proxy) as three:
        assert ask(three, b"three") == b"three"


def test_refused_connections_find_nobody_and_others_go_on(proxy: Proxy) -> None:
    with caller(proxy) as before:
        ask(before, b"before")
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, proxy.port), DEADLINE)
        assert ask(before, b"still") == b"still"
        proxy.accept()
    with caller(proxy) as after:
        assert ask(after, b"after") == b"after"


def test_a_frozen_connection_stands_and_what_was_sent_arrives_later(proxy: Proxy, echo: Echo) -> None:
    with caller(proxy) as connection:
        ask(connection, b"before")
        proxy.freeze()
        connection.sendall(b"during")
        assert is_silent(connection)
        assert bytes(echo.heard) == b"before"
        proxy.thaw()
        assert receive(connection, 6) == b"during"


def test_one_direction_can_freeze(proxy: Proxy, echo: Echo) -> None:
    with caller(proxy) as connection:
        proxy.freeze("down")
        connection.sendall(b"heard")
        echo.wait_for(b"heard")
        assert is_silent(connection)
        proxy.thaw()
        assert receive(connection, 5) == b"heard"


def test_the_end_of_a_frozen_connection_is_not_noticed(proxy: Proxy, echo: Echo) -> None:
    with caller(proxy) as connection:
        ask(connection, b"before")
        proxy.freeze()
    time.sleep(0.1)
    assert echo.ends == 0
    proxy.thaw()
    for _ in range(100):
        if echo.ends:
            break
        time.sleep(0.02)
    assert echo.ends == 1


def test_dropped_bytes_never_arrive_and_their_connection_is_reset_at_last(proxy: Proxy, echo: Echo) -> None:
    with caller(proxy) as connection:
        ask(connection, b"before")
        proxy.freeze("up", drop=True)
        connection.sendall(b"lost")
        assert is_silent(connection)
        proxy.thaw()
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert bytes(echo.heard) == b"before"


def test_a_slow_connection_takes_its_time(proxy: Proxy) -> None:
    proxy.slow(50_000, "down")
    with caller(proxy) as connection:
        began = time.monotonic()
        assert ask(connection, b"x" * 15_000) == b"x" * 15_000
        assert 0.2 < time.monotonic() - began < 2
        proxy.slow(None)
        began = time.monotonic()
        ask(connection, b"x" * 15_000)
        assert time.monotonic() - began < 0.2


@pytest.mark.parametrize("split", [1, 3, 1000])
def test_an_answer_is_swallowed_after_its_question_has_arrived(proxy: Proxy, echo: Echo, split: int) -> None:
    """The commit whose outcome nobody can know: it reached the database, its answer is lost."""
    trap = proxy.cut_after(b'UPDATE "chat_turn"', b"COMMIT")
    with caller(proxy) as other, caller(proxy) as connection:
        ask(other, b"COMMIT;")
        ask(connection, b"COMMIT;")
        question = b'UPDATE "chat_turn" SET 1;'
        for start in range(0, len(question), split):
            ask(connection, question[start : start + split])
        assert not trap.sprung
        connection.sendall(b"COMMIT;")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
        trap.wait()
        echo.wait_for(b"SET 1;COMMIT;")
        assert ask(other, b'UPDATE "chat_turn";COMMIT;') == b'UPDATE "chat_turn";COMMIT;'


def test_a_question_is_cut_off_before_it_arrives(proxy: Proxy, echo: Echo) -> None:
    trap = proxy.cut_after(b"COMMIT", deliver=False)
    with caller(proxy) as connection:
        ask(connection, b"BEGIN;")
        connection.sendall(b"COMMIT;")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    trap.wait()
    assert bytes(echo.heard) == b"BEGIN;"


def test_a_connection_is_cut_at_a_byte(proxy: Proxy) -> None:
    proxy.cut_at(1000)
    with caller(proxy) as connection:
        connection.sendall(b"x" * 5000)
        assert receive(connection, 1000) == b"x" * 1000
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_chosen_messages_are_lost(proxy: Proxy) -> None:
    def lines(buffer: bytearray) -> Iterator[bytes]:
        while (end := buffer.find(b"\n")) >= 0:
            line = bytes(buffer[: end + 1])
            del buffer[: end + 1]
            yield line

    proxy.drop_if(lambda line: line.startswith(b"lose"), split=lines)
    with caller(proxy) as connection:
        connection.sendall(b"keep 1\nlose 2\nkee")
        assert receive(connection, 7) == b"keep 1\n"
        connection.sendall(b"p 3\n")
        assert receive(connection, 7) == b"keep 3\n"
    assert proxy.dropped == 1


def test_a_server_that_is_away_resets_its_callers() -> None:
    with Proxy(1) as nowhere, pytest.raises(ConnectionResetError), caller(nowhere) as connection:
        connection.recv(1)


# --- processes ----------------------------------------------------------------------------------------------------


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Server]:
    """A process that writes numbers into its log."""
    server = Server(tmp_path / "counter.log")
    server.spawn(["sh", "-c", "while :; do echo x; sleep 0.01; done"], lambda: server.log != "")
    yield server
    server.kill9()


def test_a_frozen_process_does_nothing_until_it_is_thawed(counter: Server) -> None:
    counter.freeze()
    before = counter.log
    time.sleep(0.1)
    assert counter.log == before
    assert counter.is_running
    counter.thaw()
    for _ in range(200):
        if counter.log != before:
            break
        time.sleep(0.01)
    assert counter.log != before


def test_a_frozen_process_can_be_killed(counter: Server) -> None:
    counter.freeze()
    counter.kill9()
    assert not counter.is_running


# --- PostgreSQL and Redis -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_rig() -> Iterator[Rig]:
    """Servers that these tests stop."""
    with Rig() as rig:
        yield rig


@pytest.fixture(scope="module")
def cluster(own_rig: Rig) -> PostgresCluster:
    try:
        return own_rig.postgres
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def database(cluster: PostgresCluster) -> str:
    return cluster.create_database()


@pytest.fixture
def redis_server(own_rig: Rig) -> RedisServer:
    try:
        return own_rig.redis
    except Missing as missing:
        pytest.skip(str(missing))


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url, connect_timeout=5)


def test_a_product_meets_the_limit_of_connections(cluster: PostgresCluster, database: str) -> None:
    with connect(database) as before:
        cluster.limit_connections(1)
        with pytest.raises(psycopg.OperationalError):
            before.execute("SELECT 1")
    with connect(database), pytest.raises(psycopg.OperationalError, match="too many connections"):
        connect(database)
    cluster.limit_connections()
    with connect(database), connect(database) as second:
        assert second.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone() == (False,)


@pytest.mark.parametrize("immediate", [True, False])
def test_postgres_comes_back_with_what_was_committed(cluster: PostgresCluster, database: str, immediate: bool) -> None:
    with connect(database) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        connection.commit()
        cluster.stop(immediate)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        connect(database)
    cluster.start()
    with connect(database) as connection:
        assert connection.execute("DELETE FROM kept").rowcount == 1


def test_a_commit_whose_answer_is_lost_was_done(cluster: PostgresCluster, database: str) -> None:
    name = database.rpartition("/")[2]
    with Proxy(cluster.port) as proxy:
        trap = proxy.cut_after(b"INSERT INTO unknown", b"COMMIT")
        with connect(cluster.url(name, proxy.port)) as connection:
            connection.execute("CREATE TABLE unknown (n int)")
            connection.commit()
            connection.execute("INSERT INTO unknown VALUES (1)")
            with pytest.raises(psycopg.OperationalError):
                connection.commit()
        trap.wait()
        with connect(cluster.url(name, proxy.port)) as connection:
            assert connection.execute("SELECT n FROM unknown").fetchall() == [(1,)]


def test_redis_forgets_and_comes_back_on_its_port(redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("key", "value")
        redis_server.flush()
        assert client.get("key") is None
        client.set("key", "value")
    redis_server.kill9()
    redis_server.start()
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.get("key") is None


@pytest.mark.parametrize("protocol", [2, 3])
def test_subscribers_behind_a_deaf_proxy_lose_every_message(redis_server: RedisServer, protocol: int) -> None:
    with (
        Proxy(redis_server.port) as proxy,
        redis.Redis.from_url(redis_server.url) as teller,
        redis.Redis.from_url(redis_server.url_through(proxy.port), protocol=protocol) as client,
        client.pubsub() as subscriber,
    ):
        subscriber.subscribe("news")
        assert (subscriber.get_message(timeout=DEADLINE) or {})["type"] == "subscribe"
        teller.publish("news", "heard")
        assert (subscriber.get_message(timeout=DEADLINE) or {})["data"] == b"heard"
        deafen(proxy)
        assert teller.publish("news", b"lost" * 50_000) == 1
        subscriber.subscribe("more")
        assert (subscriber.get_message(timeout=DEADLINE) or {})["channel"] == b"more"
        assert proxy.dropped == 1


def test_replies_of_redis_are_taken_whole() -> None:
    stream = b"+OK\r\n:1\r\n$-1\r\n$0\r\n\r\n*2\r\n$1\r\na\r\n*1\r\n:5\r\n%1\r\n+k\r\n_\r\n"
    whole = list(replies(bytearray(stream)))
    assert [reply[:1] for reply in whole] == [b"+", b":", b"$", b"$", b"*", b"%"]
    buffer, piecemeal = bytearray(), []
    for byte in stream:
        buffer.append(byte)
        piecemeal += list(replies(buffer))
    assert piecemeal == whole
    assert not buffer


# --- disk ---------------------------------------------------------------------------------------------------------


def small_disk(size: int) -> SmallDisk:
    try:
        return SmallDisk(size)
    except Missing as missing:
        pytest.skip(str(missing))


def test_a_small_disk_is_full_and_free_again() -> None:
    with small_disk(2 * MIB) as disk:
        disk.fill()
        assert disk.available == 0
        with pytest.raises(OSError, match="No space left"):
            (disk.folder / "more").write_bytes(b"x" * 5000)
        disk.free()
        disk.fill(leave=100_000)
        (disk.folder / "more").write_bytes(b"x" * 80_000)
        disk.free()
        assert disk.available > MIB
    assert not disk.folder.exists()


def test_sqlite_on_a_full_disk_goes_on_when_there_is_room() -> None:
    with small_disk(4 * MIB) as disk, sqlite3.connect(disk.folder / "db", isolation_level=None) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE words (word text)")
        disk.fill()
        with pytest.raises(sqlite3.OperationalError, match="full"):
            database.execute("INSERT INTO words VALUES (hex(zeroblob(20000)))")
        disk.free()
        database.execute("INSERT INTO words VALUES ('room')")
        assert database.execute("SELECT word FROM words").fetchall() == [("room",)]
    database.close()


def test_a_products_data_lie_on_the_small_disk(tmp_path: Path) -> None:
    product = Product(tmp_path / "product")
    (product.folder / "trademe.sqlite3").touch()
    with small_disk(MIB) as disk:
        disk.hold_data_of(product)
        assert (disk.folder / "trademe.sqlite3").exists()
        assert product.environment["TRADEME_DATA_DIR"] == str(disk.folder)


def test_postgres_on_a_full_disk_refuses_then_stops_and_comes_back(cluster: PostgresCluster) -> None:
    """``cluster`` says whether PostgreSQL is installed; this one is another."""
    with small_disk(160 * MIB) as disk:
        small = PostgresCluster(folder=disk.folder)
        try:
            small.start()
            database = small.create_database()
            with connect(database) as connection:
                connection.autocommit = True
                connection.execute("CREATE TABLE words (word text)")
                disk.fill()
                with pytest.raises(psycopg.errors.DiskFull):
                    connection.execute("INSERT INTO words SELECT repeat('x', 2000) FROM generate_series(1, 1000)")
                connection.execute("SELECT 1")
                with pytest.raises(psycopg.OperationalError):
                    small.write_log(40)
            disk.free()
            small.revive()
            with connect(database) as connection:
                connection.execute("INSERT INTO words VALUES ('room')")
        finally:
            small.remove()


# --- clock --------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Iterator[Clock]:
    try:
        made = Clock()
    except Missing as missing:
        pytest.skip(str(missing))
    with made:
        yield made


def test_a_clock_is_set_back_and_forward_while_a_process_runs(clock: Clock) -> None:
    program = (
        "import sys, time\nfor line in sys.stdin: time.sleep(0.01); print(time.time(), time.monotonic(), flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, **clock.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for offset in (0, -86_400, 3600.5):
            clock.shift(offset)
            process.stdin.write("\n")
            process.stdin.flush()
            wall, monotonic = process.stdout.readline().split()
            assert float(wall) == pytest.approx(time.time() + offset, abs=1)
            assert float(monotonic) == pytest.approx(time.monotonic(), abs=1)
        process.stdin.close()


def test_the_databases_clock_is_set_back(cluster: PostgresCluster, clock: Clock) -> None:
    faked = PostgresCluster(environment=clock.environment)
    try:
        faked.start()
        with connect(faked.create_database()) as connection:
            connection.autocommit = True
            for offset in (0, -3600, 600):
                clock.shift(offset)
                found = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float").fetchone()
                assert found == (pytest.approx(time.time() + offset, abs=1),)
    finally:
        faked.remove()
