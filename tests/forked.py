"""Our own command line in processes of their own that are forks of one which has loaded everything.

To load the program takes a second of CPU time, which a command of a walk needs ten times over for nothing. That the program
starts from its file is what tests/server/cli and tests/server/deploy see to.
"""

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path

LOADER = get_context("forkserver")
LOADER.set_forkserver_preload(["server.cli", "server.cli.town", "server.cli.serving", "tests.forked", "pytest"])


def run_command(words: list[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
    """Exit code, standard output and error of `fangshi WORDS`."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = LOADER.Process(target=become, args=(words, dict(environ), str(out), str(err)))
        process.start()
        process.join()
        code = process.exitcode
        process.close()
        assert code is not None
        return code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")


def become(words: list[str], environ: dict[str, str], out: str, err: str) -> None:
    """In the fork: ends with the exit code of the command."""
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    for path, number in ((out, 1), (err, 2)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        os.close(file)
    from server.cli import main

    sys.exit(main(words))
