"""The terminal's door: what each command of `./fangshi` does once everything it needs is there.

A module holds what belongs together and is loaded for its own commands alone; what one command alone needs is imported in
it: half a second that no other has to wait.
"""

import argparse
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module

from server.cli.folders import ROOT
from server.cli.outcome import outcome_of
from server.commands import read_arguments

# Each command and the module that has its function: `add-user` is run_add_user.
COMMANDS = {
    "serve": "serving",
    "demo": "serving",
    "jobs": "serving",
    "test": "testing",
    "add-user": "town",
    "import-boundaries": "town",
    "publish-library": "town",
    "forms": "forms",
    "follow-ups": "town",
    "upgrade": "keeping",
    "rederive": "keeping",
    "audit": "audit",
    "keys": "keeping",
    "retention": "keeping",
    "purge": "keeping",
    "backup": "backups",
    "restore": "backups",
    "form-docs": "form_docs",
    "rule-docs": "rule_docs",
    "import-central": "moving",
    "import-kobo": "moving",
}


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit code: 2 for what was asked wrongly, 3 for what somebody else has."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    arguments = read_arguments(argv, version)
    return outcome_of(partial(find_command(arguments.command), arguments))


def find_command(name: str) -> Callable[[argparse.Namespace], int]:
    """What a command does; its module is loaded now."""
    module = import_module(f"server.cli.{COMMANDS[name]}")
    found: Callable[[argparse.Namespace], int] = getattr(module, "run_" + name.replace("-", "_"))
    return found
