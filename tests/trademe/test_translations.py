"""Both languages are complete: English is in the code, Chinese has every one of its words, none doubtful."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUES = ROOT / "trademe" / "locale" / "zh_Hans" / "LC_MESSAGES"
SOURCES = ("trademe", "chat", "strategies", "templates", "static/js")
DOMAINS = ("django", "djangojs")

Key = tuple[str, str]  # context, English words


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, polib.POFile]:
    """What the code asks for, by domain, found by Django's own makemessages in a copy of the sources."""
    if shutil.which("xgettext") is None:
        pytest.skip("gettext is not installed")
    folder = tmp_path_factory.mktemp("messages")
    for source in SOURCES:
        shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("locale", "__pycache__"))
    (folder / "locale").mkdir()
    # without settings it looks into the folder that it stands in
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    for domain in DOMAINS:
        done = subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--locale=zh_Hans", f"--domain={domain}"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr
    made = folder / "locale" / "zh_Hans" / "LC_MESSAGES"
    return {domain: polib.pofile(str(made / f"{domain}.po")) for domain in DOMAINS}


def catalogue(domain: str) -> polib.POFile:
    return polib.pofile(str(CATALOGUES / f"{domain}.po"))


def by_key(messages: polib.POFile) -> dict[Key, polib.POEntry]:
    return {(entry.msgctxt or "", entry.msgid): entry for entry in messages if not entry.obsolete}


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def placeholders(text: str) -> list[str]:
    """Everything that the code fills in, and HTML tags."""
    return sorted(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+", text))


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_message_is_in_the_catalogue(domain: str, extracted: dict[str, polib.POFile]) -> None:
    wanted, there = by_key(extracted[domain]), by_key(catalogue(domain))
    assert sorted(wanted.keys() - there.keys()) == [], "missing: run makemessages and translate"
    assert sorted(there.keys() - wanted.keys()) == [], "nobody says this any more"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_message_is_translated_and_none_is_doubtful(domain: str) -> None:
    entries = by_key(catalogue(domain))
    assert [entry.msgid for entry in entries.values() if entry.fuzzy] == []
    assert [entry.msgid for entry in entries.values() if not all(translations(entry))] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_translation_fills_in_the_same_values(domain: str) -> None:
    for entry in by_key(catalogue(domain)).values():
        asked = {tuple(placeholders(entry.msgid)), tuple(placeholders(entry.msgid_plural or entry.msgid))}
        for translation in translations(entry):
            assert tuple(placeholders(translation)) in asked, (entry.msgid, translation)


def test_compiled_catalogues_say_the_same(tmp_path: Path) -> None:
    """What `make run` compiles without gettext is what msgfmt would make."""
    from scripts.compile_catalogues import compile_all

    target = tmp_path / "zh_Hans" / "LC_MESSAGES"
    target.mkdir(parents=True)
    for domain in DOMAINS:
        shutil.copy(CATALOGUES / f"{domain}.po", target)
    assert len(compile_all(tmp_path)) == len(DOMAINS)
    assert compile_all(tmp_path) == [], "compiled again though nothing changed"
    for domain in DOMAINS:
        source, compiled = catalogue(domain), polib.mofile(str(target / f"{domain}.mo"))
        assert by_key(source).keys() == {(entry.msgctxt or "", entry.msgid) for entry in compiled}
