"""Wires the strategies into the chat: the hook, and the built-in strategist as a provider."""


def register() -> None:
    """Called once when the app is ready."""
    from chat import contexts, hooks, providers
    from strategies.hook import StrategyFlow
    from strategies.panel import spec_panel
    from strategies.strategist import Strategist

    hooks.register(StrategyFlow())
    contexts.register_panel(spec_panel)
    providers.register("builtin", Strategist)
