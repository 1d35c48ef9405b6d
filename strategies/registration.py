"""Wires the strategies into the chat: the hook, the built-in strategist."""


def register() -> None:
    """Called once when the app is ready."""
