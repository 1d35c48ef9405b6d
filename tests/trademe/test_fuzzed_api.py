"""schemathesis asks the API for what its description allows and for what it does not: never a 500, always as described.

``TRADEME_TEST_API_EXAMPLES=200`` runs as many for each operation, new ones each time; the suite runs a few, always the
same.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.product import Person, Product
from tests.support.rig import Rig

EXAMPLES = int(os.environ.get("TRADEME_TEST_API_EXAMPLES", "5"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


@dataclass
class House:
    """A server with one of each thing, so that what is asked for is there half of the time."""

    product: Product
    person: Person
    known: dict[str, Any]


@pytest.fixture(scope="module")
def house(rig: Rig) -> Iterator[House]:
    product = rig.product(environment={"TRADEME_RATE_LIMITS": "off"})
    product.start()
    person = product.person("alice")
    conversation = person.new_conversation("strategy")
    with person.socket(conversation) as socket:
        socket.established()
        socket.say("Buy BTC/USDT spot on 1h when SMA 5 crosses above SMA 10, sell when it crosses below.")
        socket.say("Stop loss 2%, take profit 5%, position 50%.")
        spec = [frame for frame in socket.frames if frame["type"] == "strategy_maturity"][-1]
        socket.send("confirm_generation", spec_revision=spec["spec_revision"])
        version = socket.expect("ai_stream_end")["versions"][0]
    known = {"conversation_id": conversation, "strategy_id": version["strategy_id"], "number": version["number"]}
    yield House(product, person, known)
    product.remove()


def operations(house: House) -> Iterator[Any]:
    schema = schemathesis.openapi.from_url(f"{house.product.url}/api/schema/?format=json")
    for found in schema.get_all_operations():
        yield found.ok()  # type: ignore[union-attr]  # else it raises, which is what is wanted


def test_it_never_fails_and_is_as_described(house: House) -> None:
    asked: set[str] = set()
    for operation in operations(house):
        for mode in MODES:
            _fuzz(house, operation, mode, asked)
    assert len(asked) > 15
    assert "verify_chats: 0 errors" in house.product.manage("verify_chats")


def _fuzz(house: House, operation: Any, mode: Any, asked: set[str]) -> None:
    cookies = dict(house.person.http.cookies)
    headers = {"X-CSRFToken": cookies["csrftoken"]}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="TRADEME_TEST_API_EXAMPLES" not in os.environ,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def ask(case: Any, known: bool) -> None:
        if known and case.path_parameters and case.method != "DELETE":
            case.path_parameters.update(
                {name: house.known[name] for name in case.path_parameters if name in house.known}
            )
        answer = case.call(cookies=cookies, headers=headers, timeout=20)
        asked.add(f"{case.method} {case.path}")
        case.validate_response(answer, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        # an operation without anything that could be wrong
        assert mode is schemathesis.GenerationMode.NEGATIVE
