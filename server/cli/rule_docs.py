"""The page about our own rules and the schema of a rule file, in docs: written anew, or compared with what stands there."""

import argparse
import json
from pathlib import Path
from typing import Final

from server.cli.folders import ROOT
from server.cli.output import BROKEN, complain
from server.followups.office_tables import office_sections
from server.followups.rule_files import load_rules
from server.followups.rule_schema import make_schema
from server.followups.rule_tables import make_page

FOLDER: Final = ROOT / "docs"


def run_rule_docs(arguments: argparse.Namespace) -> int:
    """Writes both; with `--check` only says which are not current, and returns 1 where some are."""
    stale = find_stale(FOLDER)
    if arguments.check:
        return complain(f"先写 / first: rule-docs ({', '.join(stale)})", BROKEN) if stale else 0
    for name in stale:
        (FOLDER / name).write_text(make_files()[name], encoding="utf-8")
        print(name)
    return 0


def make_files() -> dict[str, str]:
    schema = json.dumps(make_schema(), ensure_ascii=False, indent=2)
    return {"rules.md": make_page(load_rules(), office_sections), "rules.schema.json": schema + "\n"}


def find_stale(folder: Path) -> list[str]:
    """The names of files that are missing or not as they would be made now."""
    there = {name: folder / name for name in make_files()}
    return [
        name
        for name, text in make_files().items()
        if not there[name].exists() or there[name].read_text(encoding="utf-8") != text
    ]
