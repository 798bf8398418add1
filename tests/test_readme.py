"""What README and docs name exists: commands, options, settings, paths, links."""

import re
from pathlib import Path

import pytest

from server.commands import TEXTS, make_parser

ROOT = Path(__file__).parent.parent
PAGES = [
    "README.md",
    "CHANGELOG.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
]
OURS = tuple(ROOT / name for name in ("README.md", "docs/install.md", "docs/commands.md", "docs/follow-ups.md"))


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def options_of(command: str) -> set[str]:
    """The long options that a command takes, as its own help tells them."""
    commands = next(action for action in make_parser("1")._actions if action.dest == "command")
    assert isinstance(commands.choices, dict)
    return set(re.findall(r"--[a-z-]+", commands.choices[command].format_help()))


def typed_commands(page: str) -> list[str]:
    return re.findall(r"\./fangshi ([^`\n#]*)", read(page).replace("\\\n", " "))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_that_is_named_exists(page: str) -> None:
    for line in typed_commands(page):
        command = line.split()[0] if line.split() else ""
        if not re.fullmatch(r"[a-z-]+", command):
            continue
        assert command in TEXTS, f"{page}: ./fangshi {line}"
        unknown = set(re.findall(r"--[a-z-]+", line)) - options_of(command) - {"--version"}
        assert unknown == set(), f"{page}: ./fangshi {line}"


def test_every_command_is_described() -> None:
    described = {line.split()[0] for line in typed_commands("docs/commands.md") if line.split()}
    assert TEXTS.keys() <= described


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_path_leads_somewhere(page: str) -> None:
    text = read(page)
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in link:
            assert ((ROOT / page).parent / link).exists(), f"{page}: {link}"
    for path in re.findall(r"`((?:server|forms|geo|tests|docs)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), f"{page}: {path}"


def settings_in_code() -> set[str]:
    return set(re.findall(r"\"(FANGSHI_[A-Z_]+)\"", (ROOT / "server/config.py").read_text(encoding="utf-8")))


def test_settings_that_are_named_exist_and_those_that_exist_are_named() -> None:
    named = {name.removesuffix("_FILE") for page in PAGES for name in re.findall(r"FANGSHI_[A-Z_]+[A-Z]", read(page))}
    real = {name.removesuffix("_FILE") for name in settings_in_code()}
    assert named <= real
    assert real <= named


def test_readme_fits_one_screen() -> None:
    assert len(read("README.md").splitlines()) <= 50


def test_readme_and_pages_of_ours_speak_chinese_first_and_english_too() -> None:
    for page in OURS:
        first = page.read_text(encoding="utf-8").splitlines()[0]
        assert re.search(r"[一-鿿].*[A-Za-z]", first), page


def test_what_ci_runs_is_the_test_command() -> None:
    lines = [line for line in read(".ci/run").splitlines() if line and not line.startswith("#")]
    assert lines == ['cd "$(dirname "$0")/.." || exit 1', "exec ./fangshi test"]
