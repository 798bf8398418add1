"""Commands that bring a project from another server: its forms, records and people, again and again until all is here."""

import argparse
import getpass
import json
import sys

from server.access.tokens import load_key
from server.blobs import BlobStore
from server.cli.folders import open_data
from server.cli.output import BROKEN, WRONG, complain, show_progress
from server.clock import now
from server.config import Config
from server.moving.bringing import Bringing
from server.moving.report import Report, one_line

AWAY = "那边不答；再运行一次，从断处继续 / the other server does not answer; run it again, it goes on from here"


def run_import_central(arguments: argparse.Namespace) -> int:
    from server.access.outbound import AddressRefused, NotReached
    from server.moving.central_client import CentralClient, SourceAway, SourceRefuses
    from server.moving.central_source import CentralSource
    from server.moving.import_central import import_central
    from server.moving.planning import plan

    config = Config.from_env(arguments.data)
    report = Report(f"{arguments.address} {arguments.project}", dry_run=arguments.dry_run)
    try:
        client = CentralClient(arguments.address, arguments.email, read_password(), config.outbound_allow)
        source = CentralSource(client, arguments.project, report)
        try:
            client.sign_in()
            if arguments.dry_run:
                plan(source)
            else:
                with open_data(arguments.data) as database:
                    store = BlobStore(config.blob_dir, database.keys)
                    note = f"import-central {client.base} {arguments.project}"
                    bringing = Bringing(database, store, now, report, note, progress=show_progress)
                    import_central(bringing, source, load_key(config.key_file), arguments.thorough)
        finally:
            client.close()
    except AddressRefused as refused:
        return complain(f"不能去这个地址 / this address is not for us: {refused}", WRONG)
    except SourceRefuses as refused:
        return complain(f"那边不给 / refused there: {one_line(refused)}", WRONG)
    except (SourceAway, NotReached) as away:
        return complain(f"{AWAY} ({one_line(away)})", BROKEN)
    return tell(arguments, report)


def run_import_kobo(arguments: argparse.Namespace) -> int:
    from server.moving.import_kobo import import_kobo, plan_kobo
    from server.moving.kobo_folder import KoboUnusable, read_folder

    config = Config.from_env(arguments.data)
    report = Report(str(arguments.folder), dry_run=arguments.dry_run)
    try:
        folder = read_folder(arguments.folder)
        if arguments.dry_run:
            plan_kobo(report, folder)
        else:
            with open_data(arguments.data) as database:
                store = BlobStore(config.blob_dir, database.keys)
                bringing = Bringing(database, store, now, report, f"import-kobo {folder.uid}", progress=show_progress)
                import_kobo(bringing, folder, arguments.project)
    except KoboUnusable as unusable:
        return complain(one_line(unusable), WRONG)
    return tell(arguments, report)


def read_password() -> str:
    """From the terminal without showing it, else the first line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass("那边的密码 / the password there: ")
    return sys.stdin.readline().rstrip("\n")


def tell(arguments: argparse.Namespace, report: Report) -> int:
    """1 where something is not the same on both sides."""
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        print(*report.as_lines(), sep="\n")
    return 0 if report.dry_run or report.is_whole else BROKEN
