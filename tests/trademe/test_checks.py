"""``check --deploy`` is silent about the documented settings and names each dangerous one by a stable id."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.support.product import ROOT, Product, Setup
from trademe import checks
from trademe.config import ModelOffer

PUBLIC: dict[str, Any] = {
    "allowed_hosts": ("trademe.example.org",),
    "csrf_trusted_origins": ("https://trademe.example.org",),
}
POSTGRES = {"ENGINE": "django.db.backends.postgresql", "HOST": "db.example.org", "OPTIONS": {}}


def ids(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> set[str]:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, **changes))
    settings.CONFIG.data_dir.chmod(0o700)
    return {str(finding.id) for finding in checks.check_deployment(None)}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, set()),
        (PUBLIC, set()),
        ({"allowed_hosts": ("*",), "csrf_trusted_origins": ("https://trademe.example.org",)}, {"trademe.E001"}),
        ({"allowed_hosts": ("trademe.example.org",)}, {"trademe.W001"}),
        (PUBLIC | {"csrf_trusted_origins": ("https://a.example.org", "http://a.example.org")}, {"trademe.W002"}),
        ({"models": (ModelOffer("openai:gpt-5-mini"),)}, {"trademe.W003"}),
        ({"models": (ModelOffer("openai:gpt-5-mini"),), "daily_cost_limit_usd": 5}, set()),
        (PUBLIC | {"sandbox": "contained"}, {"trademe.W004"}),
        ({"sandbox": "contained"}, set()),
        ({"database": POSTGRES}, {"trademe.W007"}),
        ({"database": POSTGRES | {"OPTIONS": {"sslmode": "verify-full"}}}, set()),
        ({"database": POSTGRES | {"HOST": "127.0.0.1"}}, set()),
        ({"redis_url": "redis://redis.example.org:6379/0"}, {"trademe.W008"}),
        ({"redis_url": "redis://:word@redis.example.org:6379/0"}, set()),
    ],
)
def test_each_danger_has_its_id(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], found: set[str]) -> None:
    assert ids(monkeypatch, **changes) == found


def test_the_environment_is_looked_at_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setenv("TRADEME_FAILPOINTS", str(tmp_path))
    assert ids(monkeypatch) == {"trademe.W006", "trademe.E002"}


def test_a_folder_that_others_may_read_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, data_dir=tmp_path))
    assert [finding.id for finding in checks.check_deployment(None)] == ["trademe.W005"]


def test_the_documented_settings_are_clean(tmp_path: Path) -> None:
    """Those of the example in docs/deploy.md, as a process reads them."""
    words = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    block = re.search(r"```ini\n(# /etc/trademe/trademe.env.*?)```", words, re.DOTALL)
    assert block
    environment = dict(re.findall(r"^([A-Z_]+)=(.*)$", block.group(1), re.MULTILINE))
    assert {"ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL_FILE", "REDIS_URL"} <= set(environment)
    secrets = {"DATABASE_URL_FILE": "postgres://trademe@127.0.0.1/trademe", "TRADEME_METRICS_TOKEN_FILE": "t" * 20}
    secrets |= {name: "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz" for name in environment if "_KEY_FILE" in name}
    for name in [name for name in environment if name.endswith("_FILE")]:
        path = tmp_path / name
        path.write_text(secrets[name])
        environment[name] = str(path)
    del environment["TRADEME_DATA_DIR"]
    product = Product(tmp_path / "data", Setup(environment=environment))
    product.folder.chmod(0o700)
    code, said = product.try_to_manage("check", "--deploy", "--fail-level", "INFO")
    assert code == 0, said


def test_each_id_is_documented() -> None:
    words = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    source = (ROOT / "trademe" / "checks.py").read_text(encoding="utf-8")
    known = re.findall(r'id="(trademe\.[EW]\d{3})"', source)
    assert len(known) == len(set(known))
    assert set(known) == set(re.findall(r"`(trademe\.[EW]\d{3})`", words))
