"""How a command ends: its exit code, and the sentence for what went wrong."""

from collections.abc import Callable

from sqlalchemy.exc import DatabaseError, OperationalError

from geo.errors import GeoError
from server.cli.output import TAKEN, WRONG, complain
from server.config import ConfigInvalid
from server.demo.door import DemoRefused
from server.errors import NotFound, Problem
from server.keys import SecretKeyUnusable
from server.rotating import KeyInUse
from server.serving import PortTaken
from server.upgrading import UpgradeRefused


def outcome_of(run: Callable[[], int]) -> int:
    """Runs it and returns its exit code: 2 for what was asked wrongly, 3 for what somebody else has."""
    try:
        return run()
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
