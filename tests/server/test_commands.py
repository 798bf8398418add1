import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.cli import COMMANDS, find_command
from server.commands import TEXTS, read_arguments, read_instant, read_port


def test_what_help_lists_is_what_works() -> None:
    assert TEXTS.keys() == COMMANDS.keys()
    assert all(callable(find_command(name)) for name in COMMANDS)


def test_every_command_is_told_in_chinese_and_english() -> None:
    for text in TEXTS.values():
        chinese, _, english = text.partition(" / ")
        assert re.search(r"[一-鿿]", chinese) and re.search(r"[a-z]", english)


def test_serve_listens_on_loopback_unless_told_otherwise() -> None:
    arguments = read_arguments(["serve"], "1")
    assert (arguments.host, arguments.port, arguments.data) == ("127.0.0.1", 8383, Path("fangshi-data"))
    assert read_arguments(["demo"], "1").host == "0.0.0.0"


@pytest.mark.parametrize("words", [["--help"], ["--version"], *([name, "--help"] for name in TEXTS)])
def test_help_and_version_leave_with_0(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        read_arguments(words, "1.2")
    assert left.value.code == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["serv"],
        ["serve", "--port", "70000"],
        ["serve", "--port", "-1"],
        ["serve", "--port", "八"],
        ["serve", "--tls-key", "k.pem"],
        ["import-boundaries", "x.geojson", "--project", "1"],
        ["import-boundaries", "x.geojson", "--project", "one", "--crs", "EPSG:4326"],
        ["import-boundaries", "x.geojson", "--project", "9" * 20, "--crs", "EPSG:4326"],
        ["publish-library", "--project", "-1"],
        ["jobs", "--once", "--as-of", "2026-03-02"],
        ["jobs", "--once", "--as-of", "yesterday"],
        ["jobs", "--as-of", "2026-03-02T09:00:00+08:00"],
    ],
)
def test_what_cannot_be_meant_leaves_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        read_arguments(words, "1")
    assert left.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_port_0_lets_the_system_choose() -> None:
    assert [read_port("0"), read_port("65535")] == [0, 65535]


def test_an_instant_has_its_offset() -> None:
    assert read_instant("2026-03-02T09:00:00+08:00") == datetime(2026, 3, 2, 1, tzinfo=UTC)
