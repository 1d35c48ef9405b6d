"""The restore drill: a backup made while replies stream is put back elsewhere, with everything that was shown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeProduct
from tests.support.pictures import png
from tests.support.postgres import PostgresCluster, binaries
from tests.support.product import ROOT, Person, Product, Setup
from tests.support.rig import Rig
from tests.support.socket_client import SocketClient

LANES = 3


def deploy(program: str, folder: Path, product: Product) -> "subprocess.CompletedProcess[str]":
    """Run one of deploy/'s programs as an operator does, with the product's settings."""
    found = binaries()
    path = os.pathsep.join([*([str(found)] if found else []), product.environment["PATH"]])
    return subprocess.run(
        [str(ROOT / "deploy" / program), str(folder)],
        env=product.environment | {"PYTHON": sys.executable, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        timeout=120,
    )


def backup(folder: Path, product: Product) -> Path:
    done = deploy("backup", folder, product)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def elsewhere(rig: Rig, product: Product, folder: Path) -> Product:
    """Another server's place with an empty database of the same kind."""
    folder.mkdir()
    url = rig.postgres.create_database() if product.setup.database_url else ""
    return Product(folder, Setup("uvicorn", url, product.setup.redis_url, product.setup.environment))


def show_image(person: Person) -> tuple[str, bytes]:
    """A reply to a message with an image: where the image is, and its bytes as they are shown."""
    conversation = person.new_conversation("general")
    upload = {"file": ("chart.png", png(), "image/png")}
    image = person.http.post(f"/api/conversations/{conversation}/attachments/", files=upload).json()
    with person.socket(conversation) as socket:
        socket.established()
        socket.say("[[deltas=5]] what does it show?", attachments=[image["id"]])
    return image["url"], person.http.get(image["url"]).content


def stream(person: Person) -> tuple[str, SocketClient, str]:
    """A conversation with a finished reply and one that streams on; its id, its socket, the running turn."""
    conversation = person.new_conversation("general")
    socket = person.socket(conversation).__enter__()
    socket.established()
    socket.say("[[deltas=20]] before the backup")
    socket.send("ai_chat", content="[[deltas=2000 every=10ms]] while it is made", parent=None)
    turn = str(socket.expect("ai_stream_chunk", seq=5)["turn_id"])
    return conversation, socket, turn


@pytest.mark.parametrize("configuration", ["uvicorn-sqlite", "uvicorn-postgres"], indirect=True)
def test_what_was_shown_before_a_backup_is_there_after_the_restore(
    make_product: MakeProduct, rig: Rig, tmp_path: Path
) -> None:
    product = make_product(**rig.model_settings | {"TRADEME_MODEL": "openai:gpt-5"})
    product.start()
    person = product.person("alice")
    picture, picture_bytes = show_image(person)
    lanes = [stream(person) for _ in range(LANES)]
    shown = {turn: socket.shown(turn) for _conversation, socket, turn in lanes}
    done = {conversation: person.messages(conversation) for conversation, _socket, _turn in lanes}
    copy = backup(tmp_path / "backups", product)
    for _conversation, socket, turn in lanes:
        socket.expect("ai_stream_chunk", turn_id=turn)  # nobody waited for the backup to end
        socket.close()
    product.kill9()  # the machine is lost

    other = elsewhere(rig, product, tmp_path / "elsewhere")
    try:
        restored = deploy("restore", copy, other)
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert "verify_chats: 0 errors" in restored.stdout
        other.start()
        other.accounts |= product.accounts  # the sessions were restored too
        person = other.person("alice")
        assert person.http.get(picture).content == picture_bytes
        for conversation, _socket, turn in lanes:
            with person.socket(conversation) as socket:
                socket.established()
                socket.resume(turn, 0)
                end = socket.expect("ai_stream_end", turn_id=turn)
            assert end["status"] == "interrupted"
            assert end["content"].startswith(shown[turn])
            after = person.messages(conversation)
            assert after[: len(done[conversation])] == done[conversation]
        assert "verify_chats: 0 errors" in other.manage("verify_chats")
    finally:
        other.remove()


@pytest.mark.parametrize("configuration", ["uvicorn-sqlite", "uvicorn-postgres"], indirect=True)
def test_a_restore_replaces_nothing(product: Product, tmp_path: Path) -> None:
    product.person("alice").new_conversation()
    copy = backup(tmp_path / "backups", product)
    refused = deploy("restore", copy, product)
    assert refused.returncode == 1
    assert "replaces nothing" in refused.stderr
    assert len(product.person("alice").http.get("/api/conversations/").json()["results"]) == 1


def test_a_backup_is_private_and_old_ones_go(product: Product, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    product.setup.environment["KEEP"] = "2"
    for day in ("20260101", "20260102", "20260103"):
        (folder / f"trademe-{day}T000000Z").mkdir(parents=True)
    copy = backup(folder, product)
    assert {path.name for path in folder.iterdir()} == {copy.name, "trademe-20260103T000000Z"}
    assert copy.stat().st_mode & 0o077 == 0
    assert (copy / "trademe.sqlite3").stat().st_mode & 0o077 == 0


def test_a_backup_that_fails_leaves_nothing_and_says_why(postgres: PostgresCluster, tmp_path: Path) -> None:
    product = Product(tmp_path / "data", Setup(database_url=postgres.url("nothing_of_this_name")))
    done = deploy("backup", tmp_path / "backups", product)
    assert done.returncode == 1
    assert "pg_dump" in done.stderr
    assert list((tmp_path / "backups").iterdir()) == []
