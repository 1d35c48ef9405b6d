"""The prompts, one file each; the first line is the version that is kept with every turn."""

from functools import cache
from pathlib import Path

from strategies.describe import is_zh

FOLDER = Path(__file__).parent


@cache
def _read(name: str) -> tuple[str, str]:
    first, _, body = (FOLDER / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    return first.removeprefix("version:").strip(), body.strip()


def prompt(name: str, language: str, **values: object) -> tuple[str, str]:
    """A prompt's version and its text with the values put in."""
    version, text = _read(name)
    for key, value in {"language": "Chinese (简体中文)" if is_zh(language) else "English", **values}.items():
        text = text.replace("{" + key + "}", str(value))
    return version, text
