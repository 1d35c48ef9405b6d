"""The contract as the prompts tell it: each example is inspected and run, and what they list is what is checked."""

import re

import pytest

from strategies import contract, runs
from strategies.contract.imports import ALLOWED_IMPORTS
from strategies.extraction import extract
from strategies.grammar import PARAM_NAMES
from strategies.prompts import FOLDER, prompt
from tests.strategies.sandbox.jobs import available

NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))
WITH_CODE = {"generate": "strategy", "indicator": "indicator"}
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


EXAMPLES = [
    pytest.param(code, kind, id=f"{name}-{number}")
    for name, kind in WITH_CODE.items()
    for number, code in enumerate(EXAMPLE.findall(text(name)), 1)
]


def test_it_works() -> None:
    assert len(EXAMPLES) >= 3
    assert {name for name in NAMES if EXAMPLE.search(text(name))} == set(WITH_CODE), "no example is left out here"


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_has_a_version_that_names_it_and_fits_the_turn(name: str) -> None:
    version, body = prompt(name, "en")
    assert re.fullmatch(rf"{name}(-talk)?-\d+", version)
    assert len(version) <= 40
    assert body
    assert "{language}" not in body


@pytest.mark.parametrize(("code", "kind"), EXAMPLES)
def test_an_example_keeps_to_the_contract(code: str, kind: contract.Kind) -> None:
    report = contract.inspect(code, kind)
    assert report.ok, report.findings


@pytest.mark.parametrize(("code", "kind"), EXAMPLES)
def test_an_example_passes_every_check_of_a_version(code: str, kind: contract.Kind) -> None:
    available("full")
    report = runs.validate_run(code, kind)
    assert not report.failed, report.findings
    assert report.run == "passed", report.reason


@pytest.mark.parametrize(("code", "kind"), EXAMPLES)
def test_an_example_is_found_in_a_reply_that_repeats_it(code: str, kind: contract.Kind) -> None:
    assert (extract(f"Here it is:\n\n```python\n{code}```\n", kind).code or "").strip() == code.strip()


@pytest.mark.parametrize("name", WITH_CODE)
def test_the_imports_that_a_prompt_allows_are_those_that_pass(name: str) -> None:
    listed = re.search(r"Imports allowed: ([\w., \n]+?)\.\n", text(name))
    assert listed is not None
    names = set(re.split(r",\s*", listed[1]))
    wanted = {module for module in ALLOWED_IMPORTS if name == "generate" or not module.startswith("backtesting")}
    assert names == wanted


@pytest.mark.parametrize("name", ["talk", "spec"])
def test_every_indicator_of_the_spec_is_told(name: str) -> None:
    assert [known for known in PARAM_NAMES if known not in text(name)] == []
