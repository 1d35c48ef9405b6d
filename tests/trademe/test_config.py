"""Settings are read from the environment; a wrong one is refused in one line that says what would be right."""

import stat
from decimal import Decimal
from pathlib import Path

import pytest

from trademe.config import Config, ConfigError, read_config


def read(tmp_path: Path, **environ: str) -> Config:
    return read_config({"TRADEME_DATA_DIR": str(tmp_path / "data"), **environ})


def test_it_works(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert config.is_sqlite
    assert config.database["NAME"] == str(tmp_path / "data" / "trademe.sqlite3")
    assert config.model == "builtin"
    assert config.port == 8000
    assert config.rate_limits
    assert not config.debug
    assert not config.signup
    assert config.daily_cost_limit_usd is None


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 50
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("sk-from-a-file\n")
    config = read(tmp_path, TRADEME_MODEL="anthropic:claude-x", ANTHROPIC_API_KEY_FILE=str(secret))
    assert config.anthropic_api_key == "sk-from-a-file"


def test_given_values_are_used(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        DATABASE_URL="postgres://me:secret@db.example:5433/trademe",
        REDIS_URL="redis://cache.example:6379/1",
        ALLOWED_HOSTS="trademe.example.org, www.example.org",
        CSRF_TRUSTED_ORIGINS="https://trademe.example.org",
        TRADEME_DAILY_COST_LIMIT_USD="2.50",
        TRADEME_LEASE_SECONDS="3",
        TRADEME_SANDBOX_TEST_SECONDS="0",
        TRADEME_SIGNUP="on",
        PORT="9001",
    )
    assert not config.is_sqlite
    assert config.database["HOST"] == "db.example"
    assert config.redis_url == "redis://cache.example:6379/1"
    assert config.allowed_hosts == ("trademe.example.org", "www.example.org")
    assert config.csrf_trusted_origins == ("https://trademe.example.org",)
    assert config.daily_cost_limit_usd == Decimal("2.50")
    assert config.lease_seconds == 3.0
    assert config.sandbox_test_seconds == 0.0
    assert config.signup
    assert config.port == 9001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "nan"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "mysql://localhost/trademe"),
        ("DATABASE_URL", "postgres://"),
        ("DATABASE_URL", "not a url"),
        ("REDIS_URL", "http://localhost"),
        ("TRADEME_MODEL", "gpt-5"),
        ("TRADEME_MODEL", "openai:"),
        ("TRADEME_MODEL", "builtin:large"),
        ("OPENAI_BASE_URL", "localhost:8080"),
        ("CSRF_TRUSTED_ORIGINS", "trademe.example.org"),
        ("CSRF_TRUSTED_ORIGINS", "https://trademe.example.org/chat/"),
        ("TRADEME_DAILY_COST_LIMIT_USD", "five"),
        ("TRADEME_DAILY_COST_LIMIT_USD", "-1"),
        ("TRADEME_DAILY_COST_LIMIT_USD", "NaN"),
        ("TRADEME_LEASE_SECONDS", "1"),
        ("TRADEME_RATE_LIMITS", "maybe"),
        ("TRADEME_SIGNUP", "yes please"),
        ("TRADEME_SANDBOX", "none"),
        ("TRADEME_SANDBOX_TEST_SECONDS", "-1"),
        ("SECRET_KEY_FILE", "/does/not/exist"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, **{name: value})
    said = str(refused.value)
    assert said.startswith(name)
    assert "expected" in said
    assert "\n" not in said


def test_a_password_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, DATABASE_URL="mysql://me:hunter2@localhost/trademe")
    assert "hunter2" not in str(refused.value)


def test_no_limits_and_a_public_address_are_refused(tmp_path: Path) -> None:
    assert not read(tmp_path, TRADEME_RATE_LIMITS="off").rate_limits
    with pytest.raises(ConfigError, match="TRADEME_RATE_LIMITS"):
        read(tmp_path, TRADEME_RATE_LIMITS="off", ALLOWED_HOSTS="trademe.example.org")


def test_a_value_and_its_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        read(tmp_path, SECRET_KEY="a", SECRET_KEY_FILE="/b")


@pytest.mark.parametrize(
    ("model", "key"), [("anthropic:claude-x", "ANTHROPIC_API_KEY"), ("openai:gpt-x", "OPENAI_API_KEY")]
)
def test_a_model_without_its_key_is_refused(tmp_path: Path, model: str, key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        read(tmp_path, TRADEME_MODEL=model)


def test_a_server_of_ones_own_needs_no_key(tmp_path: Path) -> None:
    config = read(tmp_path, TRADEME_MODEL="openai:local", OPENAI_BASE_URL="http://127.0.0.1:8080/v1/")
    assert config.openai_base_url == "http://127.0.0.1:8080/v1"


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigError, match="TRADEME_DATA_DIR"):
        read_config({"TRADEME_DATA_DIR": str(blocked / "data")})


def test_models_beside_the_default_may_be_offered(tmp_path: Path) -> None:
    assert [offer.setting for offer in read(tmp_path).models] == ["builtin"]
    config = read(tmp_path, TRADEME_MODELS="builtin, openai:llava+images, openai:a+b+noimages", OPENAI_API_KEY="k")
    assert [(offer.setting, offer.images) for offer in config.models] == [
        ("builtin", None),
        ("openai:llava", True),
        ("openai:a+b", False),
    ]


@pytest.mark.parametrize(
    "value",
    ["gpt-5", "openai:", "builtin:x", "builtin+images", "openai:a,openai:a+images", "openai:" + "x" * 121],
)
def test_a_model_that_cannot_be_offered_stops_the_start_in_one_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match=r"^TRADEME_MODELS: found .*, expected .*\.$"):
        read(tmp_path, TRADEME_MODELS=value, OPENAI_API_KEY="k")


def test_a_model_on_offer_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ANTHROPIC_API_KEY.* because TRADEME_MODELS names anthropic:claude-x"):
        read(tmp_path, TRADEME_MODELS="anthropic:claude-x")
