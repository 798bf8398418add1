"""Debian packages that a command needs, found by what they put on the disk and installed by apt-get."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.deploy.refusal import Refusal

APT = ("apt-get", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=60", "-o", "Dpkg::Use-Pty=0")
ALL_LISTS = ("-o", "APT::Update::Error-Mode=any")  # else apt-get update says 0 when no server answered


@dataclass(frozen=True)
class SystemPackage:
    """One Debian package; `found(path_variable)` tells whether what it brings is there, whoever brought it."""

    name: str
    found: Callable[[str], bool]


def has_file(*patterns: str) -> Callable[[str], bool]:
    """Whether a file matches one of the patterns below the root folder."""
    return lambda _path: any(next(Path("/").glob(pattern), None) for pattern in patterns)


def has_program(*names: str) -> Callable[[str], bool]:
    """Whether one of the programs is on PATH."""
    return lambda path: any(shutil.which(name, path=path) for name in names)


CHINESE_FONTS = ("NotoSansCJK", "NotoSansSC", "SourceHanSans", "wqy-", "DroidSansFallback")
SPATIALITE = SystemPackage(
    "libsqlite3-mod-spatialite",
    has_file("usr/lib/*/mod_spatialite.so", "usr/lib*/mod_spatialite.so", "usr/local/lib*/mod_spatialite.*"),
)
FOR_PAPER = (
    SystemPackage("libpangoft2-1.0-0", has_file("usr/lib/*/libpangoft2-1.0.so.0", "usr/lib*/libpangoft2-1.0.so.0")),
    SystemPackage(
        "libharfbuzz-subset0", has_file("usr/lib/*/libharfbuzz-subset.so.0", "usr/lib*/libharfbuzz-subset.so.0")
    ),
    SystemPackage("fonts-wqy-microhei", has_file(*(f"usr/share/fonts/**/{one}*" for one in CHINESE_FONTS))),
)
"""What a PDF is made with (reports/pdf_child.py): letters are set by Pango, in any Chinese font that is there."""
FOR_TESTS = (
    SystemPackage("openjdk-17-jdk-headless", has_program("javac")),
    SystemPackage("postgresql-15", has_file("usr/lib/postgresql/*/bin/initdb")),
    SystemPackage("postgresql-15-postgis-3", has_file("usr/share/postgresql/*/extension/postgis.control")),
    SystemPackage("chromium", has_program("chromium")),
    SystemPackage("libatomic1", has_file("usr/lib/*/libatomic.so.1")),  # Playwright's own Node is linked against it
    SystemPackage("fonts-noto-cjk", has_file("usr/share/fonts/**/NotoSansCJK*")),
    SystemPackage("faketime", has_program("faketime")),
    SystemPackage("strace", has_program("strace")),
    SystemPackage("libreoffice-calc-nogui", has_file("usr/lib*/libreoffice/program/libsclo.so")),
    SystemPackage("poppler-utils", has_program("pdftoppm")),
)


def packages_for(command: str) -> tuple[SystemPackage, ...]:
    """What a command needs from the system beside Python."""
    needed = (SPATIALITE, *FOR_PAPER)
    return (*needed, *FOR_TESTS) if command == "test" else needed


def missing_packages(packages: Iterable[SystemPackage], environ: Mapping[str, str]) -> list[str]:
    """Names of the packages whose files are not there."""
    path = environ.get("PATH", os.defpath)
    return [package.name for package in packages if not package.found(path)]


def install_packages(names: list[str], environ: Mapping[str, str]) -> None:
    """Installs by apt-get as root or by sudo that asks nothing. Raises Refusal with what to type."""
    prefix = find_authority(names, environ)
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    if has_no_lists():
        run_apt([*prefix, *APT, *ALL_LISTS, "update"], names, quiet)
    install = [*prefix, *APT, "install", *names]
    try:
        run_apt(install, names, quiet)
    except StaleLists:
        run_apt([*prefix, *APT, *ALL_LISTS, "update"], names, quiet)
        run_apt(install, names, quiet, again=True)


def find_authority(names: list[str], environ: Mapping[str, str]) -> list[str]:
    """What to put before apt-get: nothing for root, `sudo -n` where it needs no password. Raises Refusal."""
    path = environ.get("PATH", os.defpath)
    typed = "apt-get install " + " ".join(names)
    if not shutil.which("apt-get", path=path):
        raise Refusal(
            f"缺少系统软件 {'、'.join(names)}，这台机器没有 apt-get。请用本机的软件管理器安装它们，再输入同样的命令。",
            f"System packages are missing ({', '.join(names)}) and this machine has no apt-get. "
            "Install them with its own package manager, then type the same command again.",
        )
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo", path=path)
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, env=dict(environ)).returncode == 0:
        return [sudo, "-n", "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    typed = f"sudo {typed}" if sudo else f"su -c '{typed}'"
    raise Refusal(
        f"缺少系统软件，而这里没有管理员权限。请输入：{typed}",
        f"System packages are missing and there is no administrator's right here. Type: {typed}",
    )


def has_no_lists() -> bool:
    """Whether apt was never told what there is, as on a new container."""
    return next(Path("/var/lib/apt/lists").glob("*Packages*"), None) is None


class StaleLists(Exception):
    """apt does not know a package, or its lists name a file that is gone: worth an update and a second try."""


def run_apt(command: list[str], names: list[str], environ: Mapping[str, str], again: bool = False) -> None:
    """Runs one apt-get command; its words are shown only by way of a Refusal."""
    done = subprocess.run(command, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode == 0:
        return
    output = done.stdout + done.stderr
    if not again and any(
        sign in output for sign in ("Unable to locate package", "404  Not Found", "no installation candidate")
    ):
        raise StaleLists
    raise explain_apt(output, names)


def explain_apt(output: str, names: list[str]) -> Refusal:
    """apt's failure as one sentence and what to type."""
    typed = "apt-get update && apt-get install " + " ".join(names)
    if "Could not get lock" in output or "Unable to acquire the dpkg" in output or "Unable to lock" in output:
        return Refusal(
            "另一个程序正在安装软件（apt 被占用）。请等它结束，再输入同样的命令。",
            "Another program is installing software (apt is locked). Wait for it, then type the same command again.",
        )
    if any(
        sign in output
        for sign in (
            "Could not resolve",
            "Temporary failure",
            "Could not connect",
            "Connection timed out",
            "Network is unreachable",
        )
    ):
        return Refusal(
            f"连不上软件源，装不了 {'、'.join(names)}。请接通网络后输入：{typed}",
            f"No package server answers, so {', '.join(names)} cannot be installed. Once online, type: {typed}",
        )
    if "No space left" in output or "enough free space" in output:
        return Refusal(
            "磁盘满了。请腾出 2 GB，再输入同样的命令。",
            "The disk is full. Free 2 GB, then type the same command again.",
        )
    last = next((line for line in reversed(output.splitlines()) if line.startswith("E:")), "E: unknown")
    return Refusal(
        f"装不上 {'、'.join(names)}（{last}）。请输入：{typed}",
        f"{', '.join(names)} cannot be installed ({last}). Type: {typed}",
    )
