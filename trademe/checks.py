"""What ``manage.py check --deploy`` says about settings that are valid and dangerous; ids as in docs/deploy.md."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from chat import offer
from trademe.config import Config


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Every finding of this module."""
    return [finding for find in _FINDERS for finding in find(settings.CONFIG)]


def _any_host(config: Config) -> Iterator[CheckMessage]:
    if "*" in config.allowed_hosts:
        yield Error(
            "ALLOWED_HOSTS is '*': whoever names this server as they like gets links and cookies for that name.",
            hint="Name the hosts that people use.",
            id="trademe.E001",
        )


def _no_https(config: Config) -> Iterator[CheckMessage]:
    secure = [origin for origin in config.csrf_trusted_origins if origin.startswith("https://")]
    if not config.is_loopback_only and not secure:
        yield Warning(
            "People come from elsewhere and nothing says that they use HTTPS: passwords, sessions and texts are open.",
            hint="Put a proxy with HTTPS in front and name its address: CSRF_TRUSTED_ORIGINS=https://…",
            id="trademe.W001",
        )
    elif secure and len(secure) < len(config.csrf_trusted_origins):
        yield Warning(
            "CSRF_TRUSTED_ORIGINS names http:// beside https://: over http nobody can sign in, cookies are for HTTPS.",
            hint="Name https:// addresses only.",
            id="trademe.W002",
        )


def _money(config: Config) -> Iterator[CheckMessage]:
    if config.daily_cost_limit_usd is None and any(offered.provider != offer.BUILTIN for offered in offer.offers()):
        who = "whoever makes an account" if config.signup else "each person"
        yield Warning(
            f"A model that may cost money is on offer, and {who} may spend without a limit.",
            hint="Set TRADEME_DAILY_COST_LIMIT_USD.",
            id="trademe.W003",
        )


def _sandbox(config: Config) -> Iterator[CheckMessage]:
    if not config.is_loopback_only and config.sandbox == "contained":
        yield Warning(
            "TRADEME_SANDBOX=contained runs other people's strategy code without bubblewrap.",
            hint="Install bubblewrap and use 'full', or make sure that a container or machine of its own holds it in "
            "(docs/sandbox.md).",
            id="trademe.W004",
        )


def _fault_rig(config: Config) -> Iterator[CheckMessage]:
    if os.environ.get("TRADEME_FAILPOINTS"):
        yield Error(
            "TRADEME_FAILPOINTS is set: whoever writes to that folder stops this server.",
            hint="It is for the fault rig alone. Unset it.",
            id="trademe.E002",
        )


def _open_folder(config: Config) -> Iterator[CheckMessage]:
    mode = stat.S_IMODE(config.data_dir.stat().st_mode)
    if mode & 0o077:
        yield Warning(
            f"TRADEME_DATA_DIR has mode {mode:04o}: other users of this machine may read what people said.",
            hint=f"chmod 700 {config.data_dir}",
            id="trademe.W005",
        )


def _claimed_addresses(config: Config) -> Iterator[CheckMessage]:
    if os.environ.get("FORWARDED_ALLOW_IPS", "").strip() == "*":
        yield Warning(
            "FORWARDED_ALLOW_IPS is '*': whoever reaches this port claims any address; sign-in is not throttled.",
            hint="Name the proxy's address.",
            id="trademe.W006",
        )


def _open_wire(config: Config) -> Iterator[CheckMessage]:
    host = str(config.database.get("HOST") or "")
    mode = str(config.database.get("OPTIONS", {}).get("sslmode", ""))
    is_local = host in ("", "localhost", "127.0.0.1", "::1") or host.startswith("/")
    if not config.is_sqlite and not is_local and mode not in ("require", "verify-ca", "verify-full"):
        yield Warning(
            "PostgreSQL is on another machine and may be spoken to without encryption.",
            hint="Add ?sslmode=verify-full (or require) to DATABASE_URL, or ignore this in a private network.",
            id="trademe.W007",
        )


def _open_redis(config: Config) -> Iterator[CheckMessage]:
    parts = urlsplit(config.redis_url)
    if parts.scheme == "redis" and parts.hostname not in ("localhost", "127.0.0.1", "::1", None) and not parts.password:
        yield Warning(
            "Redis is on another machine and has no password: whoever reaches it hears which conversations change.",
            hint="Use rediss:// with a password, or ignore this in a private network.",
            id="trademe.W008",
        )


_FINDERS: tuple[Callable[[Config], Iterator[CheckMessage]], ...] = (
    _any_host,
    _no_https,
    _money,
    _sandbox,
    _fault_rig,
    _open_folder,
    _claimed_addresses,
    _open_wire,
    _open_redis,
)
