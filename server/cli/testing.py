"""The command that runs the tests: it becomes `python -m tests.run`."""

import argparse
import os
import sys

from server.cli.folders import ROOT


def run_test(arguments: argparse.Namespace) -> int:
    command = [sys.executable, "-P", "-m", "tests.run", "--database", arguments.database, *arguments.paths]
    if arguments.full:
        command += ["--full", arguments.full]
    if arguments.again:
        command.append("--again")
    os.chdir(ROOT)
    return os.execv(sys.executable, command)
