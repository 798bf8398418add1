import os
from pathlib import Path

import pytest

from server.deploy import system_packages
from server.deploy.refusal import Refusal
from server.deploy.system_packages import (
    SystemPackage,
    explain_apt,
    has_program,
    install_packages,
    missing_packages,
    packages_for,
)


def put_program(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of one folder, into which a test puts the programs that exist; apt's lists are fresh, we are root."""
    monkeypatch.setattr(system_packages, "has_no_lists", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def environ(path: Path) -> dict[str, str]:
    return {"PATH": f"{path}", "CALLS": str(path / "calls")}


def calls(path: Path) -> list[str]:
    return (path / "calls").read_text().splitlines() if (path / "calls").exists() else []


def test_a_package_counts_as_there_by_what_it_brings(path: Path) -> None:
    package = SystemPackage("strace", has_program("strace"))
    assert missing_packages([package], environ(path)) == ["strace"]
    put_program(path, "strace", "exit 0")
    assert missing_packages([package], environ(path)) == []


def test_serving_needs_less_than_testing() -> None:
    needed = ["libsqlite3-mod-spatialite", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-wqy-microhei"]
    assert [package.name for package in packages_for("serve")] == needed
    assert {"chromium", "postgresql-15-postgis-3", "fonts-noto-cjk"} <= {p.name for p in packages_for("test")}


def test_root_installs_without_a_question(path: Path) -> None:
    put_program(path, "apt-get", 'echo "$DEBIAN_FRONTEND $*" >> "$CALLS"')
    install_packages(["strace", "faketime"], environ(path))
    assert calls(path) == [
        "noninteractive -y --no-install-recommends -o DPkg::Lock::Timeout=60 -o Dpkg::Use-Pty=0 install strace faketime"
    ]


def test_a_machine_that_never_saw_apts_lists_gets_them_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "has_no_lists", lambda: True)
    put_program(path, "apt-get", 'for word; do last="$word"; done; echo "$last" >> "$CALLS"')
    install_packages(["strace"], environ(path))
    assert calls(path) == ["update", "strace"]


def test_stale_lists_are_renewed_once(path: Path) -> None:
    put_program(
        path,
        "apt-get",
        'for word; do last="$word"; done; echo "$last" >> "$CALLS"\n'
        '[ "$last" = update ] && exit 0\n'
        'echo "E: Unable to locate package strace"; exit 100',
    )
    with pytest.raises(Refusal, match="apt-get update && apt-get install strace"):
        install_packages(["strace"], environ(path))
    assert calls(path) == ["strace", "update", "strace"]


def test_without_root_sudo_that_asks_nothing_is_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    put_program(path, "apt-get", "exit 9")
    put_program(path, "sudo", 'echo "$*" >> "$CALLS"')
    install_packages(["strace"], environ(path))
    assert calls(path)[0] == "-n true"
    assert calls(path)[1].startswith("-n env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -y")


@pytest.mark.parametrize(
    ("programs", "typed"),
    [
        ({"apt-get": "exit 0", "sudo": "exit 1"}, "sudo apt-get install strace"),
        ({"apt-get": "exit 0"}, "su -c 'apt-get install strace'"),
        ({}, "package manager"),
    ],
)
def test_without_any_right_the_sentence_says_what_to_type(
    path: Path, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str], typed: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name, script in programs.items():
        put_program(path, name, script)
    with pytest.raises(Refusal) as refusal:
        install_packages(["strace"], environ(path))
    assert typed in refusal.value.en
    assert "strace" in refusal.value.zh


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt)", "apt is locked"),
        ("W: Temporary failure resolving 'mirror.invalid'\nE: Failed to fetch", "Once online, type: apt-get update"),
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "The disk is full"),
        ("E: Unmet dependencies.", "(E: Unmet dependencies.)"),
        ("", "cannot be installed"),
    ],
)
def test_apts_failure_becomes_one_sentence(output: str, says: str) -> None:
    refusal = explain_apt(output, ["strace"])
    assert says in refusal.en
    assert "\n" not in refusal.en + refusal.zh
    assert "请" in refusal.zh
