"""The files of deploy/ are linted as far as that goes without the programs that read them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.product import ROOT
from tests.trademe.test_docs import settings_of_the_product

DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SCRIPTS = [DEPLOY / "backup", DEPLOY / "restore"]


def known(name: str) -> bool:
    return name.removesuffix("_FILE") in settings_of_the_product() or name in {"FORWARDED_ALLOW_IPS", "PORT"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_shell(script: Path) -> None:
    done = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert script.stat().st_mode & 0o111
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", str(script)], check=True)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_read_by_systemd(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = unit.read_text(encoding="utf-8")
    # what it names is not on this machine: the programs are replaced, the rest is read as it is
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    copy = tmp_path / unit.name.replace("@.", "@8001.")
    copy.write_text(re.sub(r"^(Documentation|After|Wants)=.*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    if unit.suffix == ".timer":
        shutil.copy(unit.with_suffix(".service"), tmp_path)
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if unit.name.partition("@")[0].partition(".")[0] in line]
    assert [line for line in said if "is not executable" not in line and "User" not in line] == []


def test_the_compose_file_names_what_there_is() -> None:
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert [name for name in services["trademe"]["environment"] if not known(name)] == []
    for name, service in services.items():
        assert ("build" in service) != ("image" in service), name
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service["networks"]) <= set(compose["networks"])
        assert set(service.get("depends_on", [])) <= set(services)
        volumes = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert volumes <= set(compose["volumes"])
    subnet = compose["networks"]["inner"]["ipam"]["config"][0]["subnet"]
    assert services["trademe"]["environment"]["FORWARDED_ALLOW_IPS"] == subnet


def test_the_image_is_made_of_what_there_is() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    instructions = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    allowed = {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL", "CMD"}
    assert {name for name, _rest in instructions} <= allowed
    assert instructions[0][0] == "FROM"
    assert [rest for name, rest in instructions if name == "USER"] == ["trademe"], "not root"
    copied = [rest.split()[-2] for name, rest in instructions if name == "COPY"]
    assert all((ROOT / source).exists() for source in copied)


def test_proxies_pass_sockets_on_and_overwrite_addresses() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert nginx.count("{") == nginx.count("}")
    for words in (
        "proxy_set_header Upgrade    $http_upgrade;",
        "proxy_set_header X-Forwarded-For   $remote_addr;",
        "client_header_timeout",
    ):
        assert words in nginx
    for line in nginx.splitlines():
        bare = line.partition("#")[0].strip()
        assert not bare or bare[-1] in ";{}", line
    caddy = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert caddy.count("{") == caddy.count("}")
    assert "reverse_proxy" in caddy
