"""Somebody with versions to run, and the runs as the API tells of them."""

import json
from typing import Any

from tests.support.product import Person, Product
from tests.support.waiting import until


class Trader:
    """Somebody with versions to run."""

    def __init__(self, product: Product, *codes: str) -> None:
        self.person: Person = product.person("alice")
        made = json.loads(product._run("-m", "tests.support.runnable", "alice", *codes))
        self.dataset: str = made["dataset"]
        self.versions: list[dict[str, Any]] = made["versions"]

    def start(self, place: int = 0, **fields: Any) -> dict[str, Any]:
        version = self.versions[place]
        path = f"/api/strategies/{version['strategy']}/versions/{version['version']}/backtests/"
        answer = self.person.http.post(path, json={"dataset": self.dataset, **fields})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def read(self, backtest: dict[str, Any]) -> dict[str, Any]:
        answer = self.person.http.get(f"/api/backtests/{backtest['id']}/")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def cancel(self, backtest: dict[str, Any]) -> None:
        answer = self.person.http.delete(f"/api/backtests/{backtest['id']}/")
        assert answer.status_code == 200, answer.text

    def wait(self, backtest: dict[str, Any], *states: str) -> dict[str, Any]:
        found: dict[str, Any] = until(lambda: read if (read := self.read(backtest))["state"] in states else None)
        return found
