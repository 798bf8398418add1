"""The house's rules, read from the imports: floors, neighbours, and the few files that may do a special thing.

`breaches(root)` takes a folder, so that each rule is also shown to be able to fail: see the planted breaches below.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VERBS = [
    "moving",
    "intake",
    "publishing",
    "reports",
    "feeds",
    "followups",
    "registry",
    "places",
    "access",
]  # each may use what is to its right
MEANING = ("forms", "geo")
MEMORY = (
    "server.models",
    "server.db",
    "server.postgresql",
    "server.keys",
    "server.backups",
    "server.blobs",
    "server.reading",
    "server.rotating",
    "server.sealed_files",
    "server.upgrading",
)
STAIRS = ("server.config", "server.errors", "server.clock")
DOORS = (
    "server.web",
    "server.cli",
    "server.jobs",
    "server.sending_jobs",
    "server.timetable",
    "server.leases",
    "server.runs",
    "server.demo",
    "server.serving",
    "server.web_process",
    "server.commands",
)

# What only some files may do: pattern of an import or a call, and the files.
ONLY_IN = {
    "flask": ("server/web/", "server/__init__.py"),
    "pyxform": ("forms/xlsform.py", "forms/validate.py"),
    "apscheduler": ("server/timetable.py",),
    "pypinyin": ("geo/pinyin.py",),
    "weasyprint": ("server/reports/pdf_child.py",),
    "os.environ": ("server/config.py", "server/serving.py", "server/web_process.py", "server/deploy/"),
    "datetime.now": ("server/clock.py",),
    ".commit(": ("server/db.py", "server/web/session.py"),
}


def sources(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for top in ("forms", "geo", "server"):
        for path in sorted((root / top).rglob("*.py")):
            if "migrations" not in path.parts and "node_modules" not in path.parts:
                yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imports_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(path: str) -> str:
    return re.sub(r"(/__init__)?\.py$", "", path).replace("/", ".")


def starts(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def floor(name: str) -> int | None:
    """0 meaning, 1 memory, 2 verbs, 3 doors; None for the stairs and for what is not ours."""
    if starts(name, MEANING):
        return 0
    if starts(name, MEMORY):
        return 1
    if starts(name, tuple(f"server.{verb}" for verb in VERBS)):
        return 2
    return 3 if starts(name, DOORS) else None


def is_ours(name: str) -> bool:
    return starts(name, (*MEANING, "server"))


def breaches(root: Path) -> list[str]:
    return [
        *(f"{path}: {why}" for path, tree in sources(root) for why in breaches_of(module_of(path), path, tree)),
        *used_elsewhere(root),
    ]


def breaches_of(module: str, path: str, tree: ast.Module) -> Iterator[str]:
    for name in sorted(set(imports_of(tree))):
        if not is_ours(name):
            continue
        here, there = floor(module), floor(name)
        if here is not None and there is not None and there > here:
            yield f"imports {name}, which is a floor above"
        if starts(module, STAIRS) and not starts(name, ("server.clock", ".".join(module.split(".")[:2]))):
            yield f"stands on the stairs and imports {name}"
        if here == 0 and not starts(name, (module.split(".")[0],)):
            yield f"is pure and imports {name}"
        if here == there == 2 and VERBS.index(name.split(".")[1]) < VERBS.index(module.split(".")[1]):
            yield f"imports {name}, a verb to its left"


def used_elsewhere(root: Path) -> Iterator[str]:
    for path, tree in sources(root):
        used = set(special_uses(tree))
        for what, places in ONLY_IN.items():
            if what in used and not any(
                path == place or (place.endswith("/") and path.startswith(place)) for place in places
            ):
                yield f"{path}: uses {what}"


def special_uses(tree: ast.Module) -> Iterator[str]:
    for name in imports_of(tree):
        yield name.split(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name):
                yield f"{node.value.id}.{node.attr}"
            if node.attr == "commit":
                yield ".commit("


def test_every_floor_imports_downward_and_special_things_stay_in_their_files() -> None:
    assert breaches(ROOT) == []


PLANTED = {
    "server/models/x.py": "from server.access import allow",
    "server/access/x.py": "from server.web import session",
    "server/places/x.py": "from server.intake import store",
    "forms/x.py": "import geo.crs",
    "geo/x.py": "from server.clock import now",
    "server/errors.py": "from server.models import Form",
    "server/errors/x.py": "from server.config import Config",
    "server/intake/x.py": "import flask",
    "forms/y.py": "import pyxform",
    "server/access/y.py": "import apscheduler",
    "server/reports/x.py": "import os\nx = os.environ",
    "server/reports/y.py": "from datetime import datetime\nx = datetime.now()",
    "server/registry/x.py": "def f(db):\n    db.commit()",
}


@pytest.mark.parametrize("path", PLANTED)
def test_a_planted_breach_is_found(tmp_path: Path, path: str) -> None:
    target = tmp_path / path
    target.parent.mkdir(parents=True)
    target.write_text(PLANTED[path])
    assert [why for why in breaches(tmp_path) if why.startswith(path)]


def test_tests_mirror_the_sources() -> None:
    """A test module of forms, geo or server is named for a source module, and stands at the same path.

    There may be several of one, where its tests are of several things: `test_<module>_<what>.py`; so of a folder, such as a
    form of the library, and of a .toml, such as what is the same in every form.
    """
    strays = []
    for top in ("forms", "geo", "server"):
        for test in (ROOT / "tests" / top).rglob("test_*.py"):
            source = ROOT / test.relative_to(ROOT / "tests").parent / test.name.removeprefix("test_")
            known = [
                f"{one.stem}_" for one in source.parent.iterdir() if one.is_dir() or one.suffix in (".py", ".toml")
            ]
            if not source.exists() and not f"{source.stem}_".startswith(tuple(known)):
                strays.append(test.relative_to(ROOT).as_posix())
    assert strays == []


def test_no_file_speaks_of_a_machine_or_a_registry_host() -> None:
    """Lock files carry names, versions and hashes; nothing says where it was built or fetched."""
    word = re.compile(r'"resolved": *"http|--index-url|(?<![\w.)])/(work|root|home)/[a-z.]')
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    found = []
    for relative in filter(None, listed):
        path = ROOT / relative
        looked_at = path.is_file() and relative != "tests/test_house.py" and path.suffix != ".svg"
        if looked_at and word.search(path.read_text(encoding="utf-8", errors="ignore")):
            found.append(relative)
    assert found == []
