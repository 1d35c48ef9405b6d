"""Model providers by name: one module for each kind, one registry."""

from collections.abc import Callable

from chat.providers.base import Provider

_FACTORIES: dict[str, Callable[[], Provider]] = {}
_PROVIDERS: dict[str, Provider] = {}


def register(name: str, factory: Callable[[], Provider]) -> None:
    """Make ``name`` known; the provider itself is made at its first use."""
    _FACTORIES[name] = factory
    _PROVIDERS.pop(name, None)


def get(name: str) -> Provider:
    """The process's one provider of that name; raises KeyError for an unknown one."""
    if name not in _PROVIDERS:
        _PROVIDERS[name] = _FACTORIES[name]()
    return _PROVIDERS[name]


def split_model(setting: str) -> tuple[str, str]:
    """``anthropic:claude-x`` → ("anthropic", "claude-x"); ``builtin`` → ("builtin", "builtin")."""
    name, _, model = setting.partition(":")
    return name, model or name


async def close_all() -> None:
    for provider in list(_PROVIDERS.values()):
        await provider.aclose()
    _PROVIDERS.clear()
