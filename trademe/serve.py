"""``python -m trademe.serve``: what ``make run`` starts. Checks the settings, migrates, greets, and becomes uvicorn."""

import argparse
import os
import socket
import sys

from trademe.config import Config, ConfigError, read_config

HOST = "127.0.0.1"


def uvicorn_arguments(port: int, host: str = HOST) -> list[str]:
    """How every server process of Trademe is started; the README shows the same for several machines."""
    return [
        "trademe.asgi:application",
        *("--host", host, "--port", str(port)),
        # sockets are closed and turns are ended in an orderly way, within a bound (docs/turns.md, 13)
        *("--lifespan", "on", "--timeout-graceful-shutdown", "5"),
        # bounds what a request's head may hold; httptools reads on for ever (seen: 170 MB of it in memory)
        *("--http", "h11"),
        # the largest frame is refused by the product, with a code, rather than by the server
        *("--ws", "websockets-sansio", "--ws-max-size", "2097152"),
        # an address that a client claims in X-Forwarded-For would reset the throttle of sign-in; FORWARDED_ALLOW_IPS
        # names the proxy whose word is taken
        *(() if os.environ.get("FORWARDED_ALLOW_IPS") else ("--no-proxy-headers",)),
        # access logs would hold the one-time link
        *("--no-access-log", "--no-server-header", "--log-level", "warning"),
    ]


def main() -> None:
    os.umask(0o077)  # the database holds sessions and conversations: only this user may read it
    parser = argparse.ArgumentParser(prog="python -m trademe.serve", description=__doc__)
    parser.add_argument("--no-prepare", action="store_true", help="neither migrate nor greet: an upgrade did it")
    parser.add_argument("--host", default=HOST, help="the address to serve on; in a container 0.0.0.0")
    options = parser.parse_args()
    try:
        config = read_config(os.environ)
        check_port(config.port)
        check_database(config)
        if not options.no_prepare:
            prepare(config)
    except ConfigError as error:
        sys.exit(f"Trademe cannot start: {error}")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "uvicorn", *uvicorn_arguments(config.port, options.host)])  # noqa: S606 - no shell is wanted


def check_port(port: int) -> None:
    """Raises ConfigError when somebody listens there already."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise ConfigError("PORT", f"{port} ({error.strerror})", "a free port, for example PORT=8001") from error


def check_database(config: Config) -> None:
    """Raises ConfigError when PostgreSQL does not let us in. SQLite is made when it is not there."""
    if config.is_sqlite:
        return
    import psycopg

    fields = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    given = {name: config.database[field] for name, field in fields.items() if config.database.get(field)}
    try:
        psycopg.connect(**given, **config.database.get("OPTIONS", {}), connect_timeout=2).close()
    except psycopg.OperationalError as error:
        raise _refused("PostgreSQL", error) from error


def prepare(config: Config) -> None:
    """Bring the database and its market data up to date and print how the owner signs in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    import django
    from django.core.management import call_command
    from django.db import OperationalError, connections

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise _refused("a database", error) from error
    call_command("load_datasets", verbosity=0)
    sys.stdout.write(f"Trademe serves on http://{HOST}:{config.port} (data in {config.data_dir}). Ctrl-C stops it.\n")
    call_command("owner_link")
    connections.close_all()


def _refused(what: str, error: Exception) -> ConfigError:
    reason = str(error).strip().splitlines()[0]
    return ConfigError("DATABASE_URL", f"{what} that cannot be used ({reason})", "a database that answers")


if __name__ == "__main__":
    main()
