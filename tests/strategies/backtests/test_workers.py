"""The worker processes of a real server: they run, tell, are cancelled, die, are replaced, and end with it."""

import json
import os
import signal

import pytest

from tests.conftest import MakeProduct
from tests.support.product import Product
from tests.support.trader import Trader
from tests.support.waiting import until

both = pytest.mark.parametrize("configuration", ["uvicorn-sqlite", "uvicorn-postgres"], indirect=True)


def workers_of(product: Product) -> list[int]:
    """Worker processes of this product: its own port is in their environment."""
    mark = f"TRADEME_DATA_DIR={product.folder}".encode()
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                command = file.read()
            with open(f"/proc/{name}/environ", "rb") as file:
                environment = file.read()
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
        if b"strategies.backtests.process" in command and mark in environment.split(b"\0"):
            found.append(int(name))
    return found


@pytest.mark.parametrize("configuration", ["uvicorn-sqlite", "uvicorn-postgres", "daphne-sqlite"], indirect=True)
def test_a_run_is_carried_out_and_told(product: Product) -> None:
    trader = Trader(product, "CROSS")
    conversation = trader.versions[0]["conversation"]
    with trader.person.socket(conversation) as socket:
        started = trader.start()
        assert started["state"] == "queued"
        card = socket.until("notice")[-1]
    ended = trader.read(started)
    assert ended["state"] == "complete"
    assert ended["figures"]["trades"] > 0
    assert card["message_id"] == ended["message"]
    assert str(started["id"]) in card["html"]
    told = [frame for frame in socket.frames if frame["type"] == "backtest_progress"]
    assert {frame["backtest_id"] for frame in told} == {started["id"]}
    assert f'data-message-id="{ended["message"]}"' in trader.person.page(conversation)
    again = trader.wait(trader.start(), "complete")
    assert again["result_sha256"] == ended["result_sha256"]
    assert product.try_to_manage("verify_chats")[0] == 0


@both
def test_pain_different_results_for_the_same_input(product: Product) -> None:
    trader = Trader(product, "CROSS")
    runs = [trader.start() for _ in range(5)]  # in two workers at once
    ended = [trader.wait(run, "complete", "failed", "lost") for run in runs]
    assert {run["state"] for run in ended} == {"complete"}
    assert len({run["result_sha256"] for run in ended}) == 1
    assert len({json.dumps(run["fingerprints"], sort_keys=True) for run in ended}) == 1


@both
def test_pain_the_event_loop_blocked_and_a_fake_cancel(product: Product) -> None:
    trader = Trader(product, "LOOP")
    started = trader.start()
    trader.wait(started, "running")
    assert trader.person.http.get("/healthz").status_code == 200
    trader.cancel(started)
    assert trader.wait(started, "cancelled", "failed")["state"] == "cancelled"


@both
def test_a_killed_worker_loses_its_run_and_is_replaced(product: Product) -> None:
    trader = Trader(product, "LOOP", "CROSS")
    started = trader.start(0)
    trader.wait(started, "running")
    (worker,) = workers_of(product)
    os.kill(worker, signal.SIGKILL)
    lost = trader.wait(started, "lost", "failed")
    assert (lost["state"], lost["error"]["code"]) == ("lost", "worker_lost")
    assert trader.wait(trader.start(1), "complete", "failed")["state"] == "complete"
    assert worker not in workers_of(product)


@both
def test_pain_runs_running_for_ever_after_a_restart(make_product: MakeProduct) -> None:
    product = make_product(TRADEME_WORKERS="1")
    product.start()
    trader = Trader(product, "LOOP", "CROSS")
    loop, waits = trader.start(0), trader.start(1)
    trader.wait(loop, "running")
    product.kill9()
    until(lambda: not workers_of(product))
    product.start()
    assert trader.wait(loop, "running", "failed", "lost")["state"] == "running", "it was given back and begun anew"
    trader.cancel(loop)
    assert trader.wait(waits, "complete", "failed")["state"] == "complete"
    assert trader.wait(loop, "cancelled", "failed", "lost")["state"] == "cancelled"


def test_workers_end_with_the_server(make_product: MakeProduct) -> None:
    """Also one that can do nothing any more: its run waits for the next server like the other's."""
    product = make_product(TRADEME_WORKERS="2")
    product.start()
    trader = Trader(product, "LOOP")
    runs = [trader.start(), trader.start()]
    for run in runs:
        trader.wait(run, "running")
    stuck, _obedient = workers_of(product)
    os.kill(stuck, signal.SIGSTOP)
    product.terminate()
    until(lambda: not workers_of(product))
    product.start()
    until(lambda: len(workers_of(product)) == 2)
    for run in runs:
        assert trader.wait(run, "running", "failed", "lost")["state"] == "running", "it was given back and begun anew"
        trader.cancel(run)
        assert trader.wait(run, "cancelled", "failed", "lost")["state"] == "cancelled"


def test_a_run_whose_worker_died_with_its_server_is_ended(make_product: MakeProduct) -> None:
    product = make_product(TRADEME_WORKERS="1")
    product.start()
    trader = Trader(product, "LOOP")
    started = trader.start()
    trader.wait(started, "running")
    (worker,) = workers_of(product)
    os.kill(worker, signal.SIGSTOP)  # it cannot give anything back
    product.kill9()
    os.kill(worker, signal.SIGKILL)
    product.start()
    assert trader.wait(started, "lost")["error"]["code"] == "worker_lost"
