"""From the typed command to a running server/cli: what is missing is installed first, and only what is missing."""

import fcntl
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.commands import read_arguments
from server.deploy.python_packages import fill_venv, is_filled, lock_for, venv_python
from server.deploy.refusal import EXIT_CODE, Refusal
from server.deploy.system_packages import install_packages, missing_packages, packages_for
from server.deploy.web_part import build_web_part, compile_catalogues, is_built, stale_catalogues

DISK_NEEDED = 2 * 1024**3
NOT_OURS = ("PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "FANGSHI_REEXECUTED")


@dataclass(frozen=True)
class Part:
    """One thing a command needs: how to see that it is there, and how to get it."""

    zh: str
    en: str
    is_there: Callable[[], bool]
    get: Callable[[], None]


def start(root_folder: str, argv: list[str], environ: dict[str, str]) -> int:
    """Makes sure of what the command needs, then becomes server/deploy/begin.py; returns an exit code if it cannot."""
    root = Path(root_folder)
    try:
        arguments = read_arguments(argv, read_version(root))
        environ = clean_environment(root, environ)
        make_sure(root, arguments.command, environ)
    except Refusal as refusal:
        print(refusal.zh, refusal.en, sep="\n", file=sys.stderr)
        return EXIT_CODE
    except KeyboardInterrupt:
        return 130
    python = str(venv_python(root))
    return os.execve(python, [python, "-P", str(root / "server" / "deploy" / "begin.py"), *argv], environ)


def read_version(root: Path) -> str:
    with (root / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def clean_environment(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for everything started from here: our code on Python's path, nobody else's, and a usable HOME.

    Compiled code may be kept: a server that compiles itself anew takes a second longer each time it starts.
    """
    env = {name: value for name, value in environ.items() if name not in NOT_OURS}
    env.update(PYTHONPATH=str(root), PYTHONSAFEPATH="1", PYTHONUTF8="1")
    home = env.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        env["HOME"] = str(root / ".fangshi" / "home")
    return env


def make_sure(root: Path, command: str, environ: Mapping[str, str]) -> None:
    """Gets the parts that are missing, one command at a time. Raises Refusal."""
    parts = parts_of(root, command, environ)
    if all(part.is_there() for part in parts):
        return
    with only_one_at_a_time(root):
        Path(environ["HOME"]).mkdir(parents=True, exist_ok=True)
        for part in parts:
            if not part.is_there():
                check_disk(root)
                print(f"正在准备：{part.zh} / getting {part.en} ...", file=sys.stderr, flush=True)
                part.get()


def parts_of(root: Path, command: str, environ: Mapping[str, str]) -> list[Part]:
    """What the command needs, in the order in which it can be had."""
    log = root / ".fangshi" / "install.log"
    packages = packages_for(command)
    lock = lock_for(command)

    def absent() -> list[str]:
        return missing_packages(packages, environ)

    return [
        Part("系统软件", "system packages", lambda: not absent(), lambda: install_packages(absent(), environ)),
        Part(
            "Python 包", "Python packages", lambda: is_filled(root, lock), lambda: fill_venv(root, lock, environ, log)
        ),
        Part("网页部分", "the web part", lambda: is_built(root), lambda: build_web_part(root, environ, log)),
        Part(
            "译文",
            "message catalogues",
            lambda: not stale_catalogues(root),
            lambda: compile_catalogues(root, environ, log),
        ),
    ]


@contextmanager
def only_one_at_a_time(root: Path) -> Iterator[None]:
    """Holds the installing lock, so that two commands started together do not fill one `.venv`. Raises Refusal."""
    try:
        (root / ".fangshi").mkdir(exist_ok=True)
        lock = (root / ".fangshi" / "install.lock").open("w", encoding="utf-8")
    except OSError:
        raise Refusal(
            f"写不了 {root}。请换成有权写这个文件夹的用户，或输入：chown -R $(id -u) '{root}'",
            f"{root} cannot be written to. Use a user who may write there, or type: chown -R $(id -u) '{root}'",
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_disk(root: Path) -> None:
    """Raises Refusal when there is too little room to install anything, here or where packages are unpacked."""
    for folder in (root, Path(tempfile.gettempdir())):
        free = shutil.disk_usage(folder).free
        if free < DISK_NEEDED:
            raise Refusal(
                f"{folder} 所在磁盘只剩 {free / 1024**3:.1f} GB，安装需要 2 GB。"
                "请腾出空间（例如输入：apt-get clean），再输入同样的命令。",
                f"The disk of {folder} has {free / 1024**3:.1f} GB left and installing takes 2 GB. "
                "Free some room (type for instance: apt-get clean), then type the same command again.",
            )
