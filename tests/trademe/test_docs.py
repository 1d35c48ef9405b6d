"""What the product has, its reference names: a frame, route, setting or command without words fails here."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from chat.protocol import COMMANDS, FRAMES, Command, Frame

ROOT = Path(__file__).resolve().parent.parent.parent
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def row_of(name: str, text: str) -> str:
    """The table row that begins with `name`."""
    found = re.search(rf"^\| `{re.escape(name)}`.*$", text, re.MULTILINE)
    assert found, f"`{name}` has no row"
    return found.group()


def words_of(row: str) -> set[str]:
    return set(re.findall(r"\w+", row))


@pytest.mark.parametrize("frame", [*COMMANDS, *FRAMES], ids=lambda frame: str(frame.__struct_config__.tag))
def test_each_frame_is_documented_with_its_fields(frame: type[Command] | type[Frame]) -> None:
    row = words_of(row_of(str(frame.__struct_config__.tag), PROTOCOL))
    fields = set(frame.__struct_fields__)
    if frame in COMMANDS:
        fields.discard("request_id")  # of every command, said above the table
    assert fields <= row


def settings_of_the_product() -> list[str]:
    source = (ROOT / "trademe" / "config.py").read_text(encoding="utf-8")
    return re.findall(r"reader\.\w+\(\s*\"([A-Z_]+)\"", source)


def test_each_setting_is_documented() -> None:
    names = settings_of_the_product()
    assert len(names) > 10
    assert [name for name in names if f"`{name}`" not in SETTINGS] == []


def reads_of_settings() -> list[ast.Call]:
    """Each `reader.kind("NAME", default, …)` of the configuration."""
    tree = ast.parse((ROOT / "trademe" / "config.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    of_reader = [call for call in calls if ast.unparse(call.func).startswith("reader.")]
    return [call for call in of_reader if call.args and isinstance(call.args[0], ast.Constant)]


def plain(value: object) -> str:
    """A default as an operator writes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float | int) else str(value)


@pytest.mark.parametrize("call", reads_of_settings(), ids=lambda call: str(ast.literal_eval(call.args[0])))
def test_defaults_and_choices_are_as_documented(call: ast.Call) -> None:
    name = ast.literal_eval(call.args[0])
    rows = [line for line in SETTINGS.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]]
    assert len(rows) == 1, "each setting has one row"
    default = rows[0].split("|")[2]
    if len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and call.func.attr != "secret":  # type: ignore[attr-defined]
        value = call.args[1].value
        assert (plain(value) in default) if value != "" else ("none" in default or "made at" in default)
    if call.func.attr == "choice":  # type: ignore[attr-defined]
        assert all(f"`{choice}`" in rows[0] for choice in ast.literal_eval(call.args[2]))


def test_no_documented_setting_is_invented() -> None:
    # uvicorn's own, and the fault rig's folder: both said to be
    others = {"NAME_FILE", "MODEL", "FORWARDED_ALLOW_IPS", "TRADEME_FAILPOINTS"}
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", SETTINGS)) - others
    assert named - set(settings_of_the_product()) == set()


def commands_of_the_product() -> list[str]:
    ours = ("chat", "strategies", "trademe")
    return sorted(name for name, app in get_commands().items() if app.partition(".")[0] in ours)


def test_each_command_is_documented() -> None:
    for name in commands_of_the_product():
        row_of(name, PROTOCOL)


def test_no_documented_command_is_invented() -> None:
    section = PROTOCOL.partition("## 6.")[2].partition("## 7.")[0]
    assert set(re.findall(r"^\| `(\w+)", section, re.MULTILINE)) - {"command"} == set(commands_of_the_product())


def routes(patterns: "list[URLPattern | URLResolver]", before: str = "/") -> list[str]:
    found = []
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(pattern, URLResolver):
            found += [] if route == "/admin/" else routes(pattern.url_patterns, route)
        elif "format" not in str(pattern.pattern):
            found.append(route)
    return found


def shape(route: str) -> str:
    """A route with its parameters' names and types left out."""
    return re.sub(r"\(\?P<[^>]+>[^)]*\)|<[^>]+>", "<>", route)


def test_each_route_is_documented() -> None:
    documented = {shape(route) for route in re.findall(r"`(/[^`\s]*)`", PROTOCOL)}
    missing = {shape(route) for route in routes(get_resolver().url_patterns)} - documented
    assert missing == set()


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)|(?:src|srcset)=\"([^\":]+)\"", page.read_text(encoding="utf-8"))
    for link in (first or second for first, second in links):
        assert (page.parent / link).exists(), link


def test_the_readme_says_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme
