"""``make run`` says in one sentence why it cannot start, and otherwise serves and greets the owner."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import MakeProduct
from tests.support.processes import free_port
from tests.support.product import ROOT, Product, Setup


def serve(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run it with settings that it refuses."""
    product = Product(folder, Setup(environment=environment))
    return subprocess.run(
        [sys.executable, "-m", "trademe.serve"],
        env=product.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("TRADEME_MODEL", "chatgpt"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:FREE/none"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    done = serve(tmp_path, **{name: value.replace("FREE", str(free_port()))})
    assert done.returncode == 1
    assert re.fullmatch(rf"Trademe cannot start: {name}: found .+, expected .+\.\n", done.stderr), done.stderr


def test_a_port_in_use_is_refused_in_one_line(tmp_path: Path, product: Product) -> None:
    done = serve(tmp_path, PORT=str(product.port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Trademe cannot start: PORT: found {product.port} (")
    assert done.stderr.count("\n") == 1


def test_a_second_server_on_one_sqlite_file_is_refused(product: Product) -> None:
    done = serve(product.folder, PORT=str(free_port()))
    assert done.returncode != 0
    assert "several processes need PostgreSQL" in done.stderr


def test_it_serves_and_prints_a_link_that_signs_in_once(tmp_path: Path) -> None:
    product = Product(tmp_path)
    product.start_as_make_run_does()
    try:
        link = re.search(rf"{product.url}/\S+/one-time/\S+", product.log)
        assert link is not None, product.log
        with httpx.Client(trust_env=False, follow_redirects=True, timeout=20) as first:
            assert first.get(link.group()).url == f"{product.url}/chat/"
        with httpx.Client(trust_env=False, follow_redirects=True, timeout=20) as second:
            assert "/accounts/login/" in str(second.get(link.group()).url)
        began = time.monotonic()
        assert product.terminate() in (0, -signal.SIGTERM)
        assert time.monotonic() - began < 10
    finally:
        product.kill9()
    assert product.log.count("one-time") == 1, "the link is printed, and in no other line of the log"


def test_a_service_serves_what_an_upgrade_prepared(make_product: MakeProduct) -> None:
    """As deploy/trademe@.service starts it: nothing is migrated and nobody is greeted by a process that only serves."""
    product = make_product()
    product._serve(["-m", "trademe.serve", "--no-prepare", "--host", "127.0.0.1"], 60.0)
    assert httpx.get(f"{product.url}/readyz", trust_env=False).status_code == 200
    assert "one-time" not in product.log
