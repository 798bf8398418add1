"""The virtual environment `.venv`, filled from a lock with hashes."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from server.deploy.refusal import Refusal
from server.deploy.system_packages import install_packages

LOCKS = {"test": "requirements-test.lock"}
LOCK = "requirements.lock"


def lock_for(command: str) -> str:
    """The lock file that a command's Python packages come from; the test lock holds the other one whole."""
    return LOCKS.get(command, LOCK)


def venv_python(root: Path) -> Path:
    return root / ".venv" / "bin" / "python"


def is_filled(root: Path, lock: str) -> bool:
    """Whether `.venv` works and holds what the lock names, or what the larger test lock names."""
    if not os.access(venv_python(root), os.X_OK):
        return False
    return any(read_stamp(root, name) == fingerprint(root, name) for name in {lock, LOCKS["test"]})


def fingerprint(root: Path, lock: str) -> str:
    """What a stamp must say: the lock's hash and the Python that the packages were chosen for."""
    return f"{hashlib.sha256((root / lock).read_bytes()).hexdigest()} {sys.version_info[0]}.{sys.version_info[1]}"


def stamp_file(root: Path, lock: str) -> Path:
    return root / ".venv" / f"filled-from-{lock}"


def read_stamp(root: Path, lock: str) -> str | None:
    try:
        return stamp_file(root, lock).read_text(encoding="utf-8")
    except OSError:
        return None


def fill_venv(root: Path, lock: str, environ: Mapping[str, str], log: Path) -> None:
    """Makes `.venv` if need be and installs exactly what the lock names. Raises Refusal."""
    make_venv(root, environ)
    pip = [str(venv_python(root)), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    quiet = {**environ, "PIP_ROOT_USER_ACTION": "ignore", "PIP_PROGRESS_BAR": "off"}
    if not run_logged([*pip, "install", "--require-hashes", "-r", str(root / lock)], quiet, log):
        raise explain_pip(log)
    stamp_file(root, lock).write_text(fingerprint(root, lock), encoding="utf-8")


def run_logged(command: list[str], environ: Mapping[str, str], log: Path, folder: Path | None = None) -> bool:
    """Runs a command with all its words going to the log; says whether it went well."""
    with log.open("a", encoding="utf-8") as output:
        done = subprocess.run(
            command, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    return done.returncode == 0


def make_venv(root: Path, environ: Mapping[str, str]) -> None:
    """Makes `.venv` with this Python, unless a working one of the same version is there."""
    folder = root / ".venv"
    if (folder / "bin" / "pip").exists() and has_same_version(root):
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        install_packages([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"], environ)
    shutil.rmtree(folder, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(folder)], env=dict(environ), capture_output=True, text=True
    )
    if done.returncode:
        raise Refusal(
            "建不了 Python 环境 .venv。请输入：apt-get install python3-venv",
            "The Python environment .venv cannot be made. Type: apt-get install python3-venv",
        )


def has_same_version(root: Path) -> bool:
    """Whether `.venv`'s Python still runs and is of this Python's version."""
    ask = "import sys; print(*sys.version_info[:2], sep='.')"
    try:
        done = subprocess.run([venv_python(root), "-c", ask], capture_output=True, text=True, timeout=30)
    except OSError:
        return False
    return done.stdout.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}"


def explain_pip(log: Path) -> Refusal:
    """pip's failure as one sentence and what to type."""
    words = log.read_text(encoding="utf-8", errors="replace")[-20000:]
    if "No space left" in words:
        return Refusal(
            "磁盘满了。请腾出 2 GB，再输入同样的命令。",
            "The disk is full. Free 2 GB, then type the same command again.",
        )
    if "HASHES" in words or "do not match" in words:
        return Refusal(
            f"下载到的 Python 包与锁定文件不符，没有安装。请换一个软件源再试；详情见 {log}。",
            f"A downloaded Python package is not the one in the lock file; nothing of it was installed. "
            f"Try another package index; see {log}.",
        )
    if any(
        sign in words
        for sign in (
            *("NewConnectionError", "NameResolutionError", "Max retries", "Temporary failure", "timed out"),
            "(from versions: none)",  # all that pip says when it was told not to try again
        )
    ):
        return Refusal(
            "连不上 Python 软件源。请接通网络，再输入同样的命令。",
            "The Python package index cannot be reached. Go online, then type the same command again.",
        )
    return Refusal(
        f"Python 包没有装上，详情见 {log}。请再输入同样的命令。",
        f"The Python packages could not be installed; see {log}. Type the same command again.",
    )
