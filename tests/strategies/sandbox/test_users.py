"""The same sandbox as root and as a user without rights: whichever these tests run as, the other one is tried too."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from strategies.sandbox import runtime
from strategies.sandbox.commands import build
from strategies.sandbox.escapes.corpus import canaries
from tests.strategies.sandbox.jobs import available

PRODUCT = Path(__file__).resolve().parents[3]
SOMEBODY = 54321  # has no name, no home and no rights on this machine
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="these tests do not run as root, so they cannot become others")


def interpreter_for_somebody() -> str:
    """An interpreter of our version that everybody reaches, or the test is skipped with the reason."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = runtime.find()
    if not all(map(runtime.is_open, (PRODUCT, found.site))):
        pytest.skip("other users cannot read this checkout")
    if found.is_open_to_nobody:
        return str(found.python)
    path = shutil.which(version, path="/usr/bin:/usr/local/bin")
    if path is None:
        pytest.skip(f"our Python is in a folder of root's, and there is no other {version}")
    return path


def canaries_as(user: int, interpreter: str, level: str) -> dict[str, object]:
    done = subprocess.run(
        [interpreter, "-B", "-m", "strategies.sandbox", level],
        cwd=PRODUCT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": sysconfig.get_path("purelib")},
        user=user,
        group=user,
        extra_groups=[],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@root_only
@pytest.mark.parametrize("name", ["full", "contained"])
@pytest.mark.parametrize("user", [0, SOMEBODY], ids=["root", "somebody"])
def test_whoever_starts_it_has_the_same_sandbox(name: str, user: int) -> None:
    """With an interpreter that everybody reaches: root becomes nobody before it is started."""
    found = canaries_as(user, interpreter_for_somebody(), available(name))
    assert found["changes"] == []
    assert found["canaries"] == [[item.canary, end, True] for item, end in zip(canaries(), ends(found), strict=True)]


def ends(found: dict[str, object]) -> list[str]:
    rows = found["canaries"]
    assert isinstance(rows, list)
    return [end for _name, end, _contained in rows]


@root_only
def test_root_runs_nothing_as_root(level: str) -> None:
    """Whether nobody reaches our Python or not."""
    from strategies.sandbox.good import check_good

    assert check_good(level).layers["uid"] == runtime.NOBODY


@root_only
def test_root_drops_first_where_nobody_reaches_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime.Runtime, "is_open_to_nobody", True)
    for name in ("full", "contained"):
        assert build(name, runtime.find(), 9).nobody


@root_only
def test_root_shows_what_only_root_reaches_to_a_second_bwrap_that_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    available("full")
    monkeypatch.setattr(runtime.Runtime, "is_open_to_nobody", False)
    arguments = build("full", runtime.find(), 9).arguments
    first, rest = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    assert first[0].endswith("bwrap")
    assert Path(rest[0]).name == "setpriv"
    assert f"--reuid={runtime.NOBODY}" in rest
    assert "--unshare-user" in rest


def test_the_child_sees_nothing_of_the_product_or_of_the_machine() -> None:
    available("full")
    arguments = build("full", runtime.find(), 9).arguments
    inner = arguments[len(arguments) - arguments[::-1].index("--unshare-user") :]
    places = [inner[place + 2] for place, name in enumerate(inner) if name == "--ro-bind"]
    allowed = ("/python/", "/site/", "/libraries/", "/lib64/ld-", "/lib/ld-")
    assert places
    assert [place for place in places if not place.startswith(allowed)] == []
    assert not any(name in inner for name in ("--bind", "--dev", "--dev-bind", "--proc"))
