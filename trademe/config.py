"""Every setting of Trademe, read once from the environment and refused in one line when it is wrong.

A setting named ``X`` may also be given as ``X_FILE``, the path of a file that holds its value.
"""

import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent

Value = TypeVar("Value")

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
MIN_TOKEN = 16  # characters
MAX_MODEL_NAME = 120  # characters, as the ledger keeps it
PROVIDERS = ("builtin", "openai", "anthropic")
OPENAI_URL = "https://api.openai.com/v1"
_IMAGES = {"images": True, "noimages": False}


@dataclass(frozen=True)
class ModelOffer:
    """One model of ``TRADEME_MODELS``; ``images``: whether it takes them, where the operator says so."""

    setting: str
    images: bool | None = None


class ConfigError(Exception):
    """The operator gave a setting a value that cannot be used."""

    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__(f"{name}: found {found}, expected {expected}.")
        self.name = name


@dataclass(frozen=True)
class Config:
    """What the operator chose; field names are the settings' names in lower case, without ``TRADEME_``."""

    data_dir: Path
    database: Mapping[str, Any]
    redis_url: str
    model: str
    models: tuple[ModelOffer, ...]  # beside ``model``, which is always offered
    anthropic_api_key: str
    anthropic_base_url: str
    openai_api_key: str
    openai_base_url: str
    secret_key: str
    debug: bool
    allowed_hosts: tuple[str, ...]
    csrf_trusted_origins: tuple[str, ...]
    daily_cost_limit_usd: Decimal | None
    context_tokens: int
    titles: bool
    lease_seconds: float
    rate_limits: bool
    signup: bool
    sandbox: str
    metrics_token: str
    sandbox_test_seconds: float
    workers: int
    port: int

    @property
    def is_sqlite(self) -> bool:
        return str(self.database["ENGINE"]).endswith("sqlite3")

    @property
    def is_loopback_only(self) -> bool:
        """Whether the server answers to names of this machine only."""
        return all(map(_is_loopback, self.allowed_hosts))


def read_config(environ: Mapping[str, str]) -> Config:
    """Read all settings from ``environ``; raises ConfigError at the first wrong one."""
    reader = _Reader(environ)
    data_dir = Path(reader.text("TRADEME_DATA_DIR", str(BASE_DIR / "var"))).expanduser()
    if not data_dir.is_absolute():
        data_dir = BASE_DIR / data_dir
    try:
        # what people say is in there: nobody else of this machine may read it
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            "TRADEME_DATA_DIR", f"{str(data_dir)!r} ({error.strerror})", "a folder that can be written"
        ) from error

    allowed_hosts = reader.items("ALLOWED_HOSTS", LOOPBACK_HOSTS)
    rate_limits = reader.choice("TRADEME_RATE_LIMITS", "on", ("on", "off")) == "on"
    if not rate_limits and not all(map(_is_loopback, allowed_hosts)):
        raise ConfigError("TRADEME_RATE_LIMITS", "'off' with a public ALLOWED_HOSTS", "'on', or loopback hosts only")
    config = Config(
        data_dir=data_dir,
        database=reader.database("DATABASE_URL", f"sqlite:///{data_dir / 'trademe.sqlite3'}"),
        redis_url=reader.url("REDIS_URL", "", ("redis", "rediss", "unix")),
        model=reader.model("TRADEME_MODEL", "builtin"),
        models=reader.models("TRADEME_MODELS", ("builtin",)),
        anthropic_api_key=reader.text("ANTHROPIC_API_KEY", ""),
        anthropic_base_url=reader.url("ANTHROPIC_BASE_URL", "https://api.anthropic.com", ("http", "https")),
        openai_api_key=reader.text("OPENAI_API_KEY", ""),
        openai_base_url=reader.url("OPENAI_BASE_URL", OPENAI_URL, ("http", "https")),
        secret_key=reader.text("SECRET_KEY", "") or _stored_secret_key(data_dir),
        debug=reader.boolean("DEBUG", False),
        allowed_hosts=allowed_hosts,
        csrf_trusted_origins=reader.origins("CSRF_TRUSTED_ORIGINS"),
        daily_cost_limit_usd=reader.dollars("TRADEME_DAILY_COST_LIMIT_USD"),
        context_tokens=int(reader.number("TRADEME_CONTEXT_TOKENS", 32_000, 500, 2_000_000)),
        titles=reader.choice("TRADEME_TITLES", "on", ("on", "off")) == "on",
        lease_seconds=reader.number("TRADEME_LEASE_SECONDS", 10.0, 2.0, 3600.0),
        rate_limits=rate_limits,
        signup=reader.choice("TRADEME_SIGNUP", "off", ("on", "off")) == "on",
        sandbox=reader.choice("TRADEME_SANDBOX", "auto", ("auto", "full", "contained", "off")),
        metrics_token=reader.secret("TRADEME_METRICS_TOKEN", MIN_TOKEN),
        sandbox_test_seconds=reader.number("TRADEME_SANDBOX_TEST_SECONDS", 10.0, 0.0, 86_400.0),
        workers=int(reader.number("TRADEME_WORKERS", 2, 0, 64)),
        port=int(reader.number("PORT", 8000, 1, 65535)),
    )
    _check_models_have_keys(config)
    return config


class _Reader:
    """Reads and checks one setting at a time."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        path = self._environ.get(f"{name}_FILE", "").strip()
        if path:
            if self._environ.get(name):
                raise ConfigError(name, f"both {name} and {name}_FILE", "only one of them")
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(f"{name}_FILE", repr(path), "a readable text file") from error
        return self._environ.get(name, "").strip() or default

    def secret(self, name: str, shortest: int) -> str:
        """A secret that the operator made up, or nothing; it is never repeated in words."""
        value = self.text(name, "")
        if value and (len(value) < shortest or not (value.isascii() and value.isprintable()) or " " in value):
            expected = f"{shortest} or more printable ASCII characters without spaces"
            raise ConfigError(name, f"{len(value)} characters", expected)
        return value

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default).lower()
        if value not in choices:
            raise ConfigError(name, repr(value), "one of " + ", ".join(choices))
        return value

    def boolean(self, name: str, default: bool) -> bool:
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        value = self.text(name, "on" if default else "off").lower()
        if value not in words:
            raise ConfigError(name, repr(value), "on or off")
        return words[value]

    def number(self, name: str, default: float, low: float, high: float) -> float:
        value = self.text(name, str(default))
        return self._parsed(
            name, value, float, lambda number: low <= number <= high, f"a number from {low:g} to {high:g}"
        )

    def dollars(self, name: str) -> Decimal | None:
        value = self.text(name, "")
        if not value:
            return None
        return self._parsed(
            name,
            value,
            Decimal,
            lambda amount: amount.is_finite() and amount >= 0,
            "an amount in US dollars, such as 5.00",
        )

    def items(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.text(name, "")
        return tuple(item.strip() for item in value.split(",") if item.strip()) or default

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        parts = urlsplit(value)
        if value and (parts.scheme not in schemes or not (parts.netloc or parts.path)):
            raise ConfigError(
                name,
                repr(_without_password(value)),
                "a URL that begins with " + " or ".join(f"{s}://" for s in schemes),
            )
        return value.rstrip("/")

    def origins(self, name: str) -> tuple[str, ...]:
        values = self.items(name, ())
        for value in values:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
                raise ConfigError(name, repr(value), "origins such as https://trademe.example.org, separated by commas")
        return values

    def model(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not _is_model(value):
            raise ConfigError(name, repr(value), "builtin, openai:MODEL or anthropic:MODEL")
        return value

    def models(self, name: str, default: tuple[str, ...]) -> tuple[ModelOffer, ...]:
        offers: dict[str, ModelOffer] = {}
        for value in self.items(name, default):
            setting, _, said = value.rpartition("+")
            says_images = said in _IMAGES and bool(setting)
            offer = ModelOffer(setting, _IMAGES[said]) if says_images else ModelOffer(value)
            if not _is_model(offer.setting) or (says_images and offer.setting == "builtin"):
                expected = "builtin, openai:MODEL or anthropic:MODEL, separated by commas, a MODEL with or without"
                raise ConfigError(name, repr(value), f"{expected} +images or +noimages")
            if offers.setdefault(offer.setting, offer) != offer:
                raise ConfigError(name, f"{offer.setting} twice", "each model once")
        return tuple(offers.values())

    def database(self, name: str, default: str) -> dict[str, Any]:
        value = self.text(name, default)
        expected = "sqlite:///PATH or postgres://USER:PASSWORD@HOST:PORT/NAME"
        try:
            parsed: dict[str, Any] = dict(dj_database_url.parse(value))
        except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError) as error:
            raise ConfigError(name, repr(_without_password(value)), expected) from error
        if (
            parsed["ENGINE"] not in ("django.db.backends.sqlite3", "django.db.backends.postgresql")
            or not parsed["NAME"]
        ):
            raise ConfigError(name, repr(_without_password(value)), expected)
        return parsed

    @staticmethod
    def _parsed(
        name: str, value: str, parse: Callable[[str], Value], valid: Callable[[Value], bool], expected: str
    ) -> Value:
        try:
            parsed = parse(value)
        except (ValueError, InvalidOperation) as error:
            raise ConfigError(name, repr(value), expected) from error
        if not valid(parsed):
            raise ConfigError(name, repr(value), expected)
        return parsed


def _stored_secret_key(data_dir: Path) -> str:
    """The key made at the first start, kept in the data folder with mode 0600."""
    path = data_dir / "secret_key"
    try:
        with open(path, "x", encoding="utf-8", opener=_open_private) as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url


def _is_model(value: str) -> bool:
    provider, _, model = value.partition(":")
    known = provider in PROVIDERS and (provider != "builtin") == bool(model)
    return known and len(model) <= MAX_MODEL_NAME and model.isprintable()


def _check_models_have_keys(config: Config) -> None:
    named = [("TRADEME_MODEL is", config.model), *(("TRADEME_MODELS names", offer.setting) for offer in config.models)]
    for words, setting in named:
        provider = setting.partition(":")[0]
        if provider == "anthropic" and not config.anthropic_api_key:
            raise ConfigError("ANTHROPIC_API_KEY", "nothing", f"a key, because {words} {setting}")
        if provider == "openai" and not config.openai_api_key and config.openai_base_url == OPENAI_URL:
            raise ConfigError("OPENAI_API_KEY", "nothing", f"a key, because {words} {setting}")
