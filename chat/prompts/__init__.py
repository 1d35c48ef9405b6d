"""Prompts as files, one each; the first line is the version that is kept with what it led to."""

from functools import cache
from pathlib import Path


class Prompts:
    """The prompts of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = cache(self._read_file)

    def __call__(self, name: str, language: str, **values: object) -> tuple[str, str]:
        """A prompt's version and its text with the values put in."""
        version, text = self._read(name)
        spoken = "Chinese (简体中文)" if language.lower().startswith("zh") else "English"
        for key, value in {"language": spoken, **values}.items():
            text = text.replace("{" + key + "}", str(value))
        return version, text

    def _read_file(self, name: str) -> tuple[str, str]:
        first, _, body = (self._folder / f"{name}.md").read_text(encoding="utf-8").partition("\n")
        return first.removeprefix("version:").strip(), body.strip()


FOLDER = Path(__file__).parent

prompt = Prompts(FOLDER)
