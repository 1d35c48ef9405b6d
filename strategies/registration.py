"""Wires the strategies into the chat: the hook, and the built-in strategist as a provider."""


def register() -> None:
    """Called once when the app is ready."""
    from chat import hooks, providers
    from strategies.hook import StrategyFlow
    from strategies.strategist import Strategist

    hooks.register(StrategyFlow())
    providers.register("builtin", Strategist)
