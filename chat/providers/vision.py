"""Which models take images, by name; the rule for people stands in ``docs/settings.md``."""

import re

_OPENAI = re.compile(r"(chat)?gpt-(4o|4\.[15]|4-turbo|[5-9])|o1(?!-mini|-preview)|o3(?!-mini)|o4-mini")
_NOT_OPENAI = re.compile(r"audio|realtime|transcribe|tts|search|instruct")
_ANTHROPIC_WITHOUT = re.compile(r"claude-(instant|1|2)")


def takes_images(provider: str, model: str) -> bool:
    """False for a model that is not known to."""
    name = model.lower().rpartition("/")[2]  # gateways write vendor/model
    if provider == "openai":
        return _OPENAI.match(name) is not None and _NOT_OPENAI.search(name) is None
    if provider == "anthropic":
        return name.startswith("claude-") and _ANTHROPIC_WITHOUT.match(name) is None
    return False
