"""The terminal's door: what each command of `./fangshi` does once everything it needs is there.

A module holds what belongs together and is loaded for its own commands alone; what one command alone needs is imported in
it: half a second that no other has to wait.
"""

import argparse
import tomllib
from collections.abc import Callable, Sequence
from importlib import import_module

from sqlalchemy.exc import DatabaseError, OperationalError

from geo.errors import GeoError
from server.cli.folders import ROOT
from server.cli.output import TAKEN, WRONG, complain
from server.commands import read_arguments
from server.config import ConfigInvalid
from server.demo.door import DemoRefused
from server.errors import NotFound, Problem
from server.keys import SecretKeyUnusable
from server.rotating import KeyInUse
from server.serving import PortTaken
from server.upgrading import UpgradeRefused

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
    try:
        return find_command(arguments.command)(arguments)
    except PortTaken as taken:
        return complain(str(taken), TAKEN)
    except ConfigInvalid as invalid:
        return complain("\n".join(invalid.problems), WRONG)
    except (UpgradeRefused, SecretKeyUnusable, DemoRefused) as refused:
        return complain(str(refused), WRONG)
    except KeyInUse as used:
        return complain(f"还有数据封存在旧密钥下，先 keys rotate / still in use, first: keys rotate ({used})", WRONG)
    except NotFound:
        return complain("没有这个项目 / there is no such project", WRONG)
    except Problem as problem:
        return complain(problem.message, WRONG)
    except GeoError as error:
        return complain(error.message, WRONG)
    except OperationalError as error:
        return complain(f"数据库连不上 / the database cannot be reached: {str(error.orig).splitlines()[0]}", WRONG)
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its kinds are faults of ours; as itself it says what became of the file
            raise
        return complain(f"数据库读不了 / the database cannot be read: {error.orig}", WRONG)
    except OSError as error:
        return complain(f"{error.filename or ''} {error.strerror or error}".strip(), WRONG)
    except KeyboardInterrupt:
        return 130


def find_command(name: str) -> Callable[[argparse.Namespace], int]:
    """What a command does; its module is loaded now."""
    module = import_module(f"server.cli.{COMMANDS[name]}")
    found: Callable[[argparse.Namespace], int] = getattr(module, "run_" + name.replace("-", "_"))
    return found
