"""Structured logs: one line an event, with ids and never the text of a conversation."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

ONE_TIME_LINK = re.compile(r"(/accounts/one-time/)[^\s'\"?#]*")


def hide_one_time_links(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Whoever reads a log must not be able to sign in: Django names the path of a request that fails."""
    for name, value in event.items():
        if isinstance(value, str) and "/one-time/" in value:
            event[name] = ONE_TIME_LINK.sub(r"\1…", value)
    return event


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """uvicorn logs a traceback for each text frame that is no UTF-8: any client could fill the log with them."""
    return not str(record.msg).startswith("Invalid UTF-8 sequence received from client")


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            # plain tracebacks: structlog's rich ones print local variables, which may hold what a person wrote
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_one_time_links,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event", "logger"]),
            ],
            "foreign_pre_chain": _SHARED,
        }
    },
    "filters": {"worth_a_line": {"()": lambda: is_worth_a_line}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
        "uvicorn.error": {"filters": ["worth_a_line"]},
        "daphne": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
