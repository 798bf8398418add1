"""The terminal's door: what each command of `./fangshi` does once everything it needs is there.

What one command alone needs is imported in it: half a second that no other has to wait.
"""

import argparse
import json
import os
import secrets
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from geo.errors import GeoError
from server.access.audit_chain import Head
from server.access.audit_heads import Anchor, HeadsUnreadable, read_anchors
from server.access.audit_verifying import REASONS, Verdict, verify_chain
from server.access.people import create_administrator, create_user, has_users, issue_link
from server.access.projects import get_project
from server.access.tokens import load_key
from server.blobs import BlobStore
from server.clock import now, today
from server.commands import read_arguments
from server.config import Config, ConfigInvalid
from server.db import Database
from server.demo.door import DemoRefused
from server.errors import NotFound, Problem
from server.keys import SecretKeyUnusable
from server.rotating import KeyInUse, count_to_seal, forget_keys, list_keys, reseal_files, rotate
from server.serving import (
    Listening,
    PortTaken,
    check_certificate,
    load_children,
    own_address,
    own_folder,
    reserve_port,
    supervise,
)
from server.upgrading import UpgradeRefused, check_keys, is_current, upgrade

ROOT = Path(__file__).resolve().parent.parent
BROKEN, WRONG, TAKEN = 1, 2, 3  # exit codes
BAR = 40  # characters


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit code: 2 for what was asked wrongly, 3 for what somebody else has."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    arguments = read_arguments(argv, version)
    try:
        return COMMANDS[arguments.command](arguments)
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


def complain(sentence: str, code: int) -> int:
    print(f"fangshi: {sentence}", file=sys.stderr)
    return code


def run_serve(arguments: argparse.Namespace) -> int:
    load_children()
    config = Config.from_env(arguments.data)
    listening = Listening(arguments.host, arguments.port, arguments.tls_cert, arguments.tls_key)
    check_certificate(listening)
    with closing(reserve_port(listening.host, listening.port)) as reserved, own_folder(config.data_dir):
        address = config.public_url or own_address(listening, reserved.getsockname()[1]).rstrip("/")
        invitation = prepare(config, now())
        if invitation:
            print(
                f"第一位管理员请打开 / to make the first administrator, open: {address}/join/{invitation}", flush=True
            )
        return supervise(config, reserved, listening)


def run_demo(arguments: argparse.Namespace) -> int:
    from server.demo.folder import clear_folder, describe_demo
    from server.demo.make import make_demo
    from server.demo.people import read_demo

    load_children()
    data = (arguments.data or ROOT / "demo-data").resolve()
    config = replace(Config.from_env(data), database_url=None)  # a demo never goes into a town's own database
    listening = Listening(arguments.host, arguments.port)
    with closing(reserve_port(listening.host, listening.port)) as reserved, own_folder(data):
        demo = None if arguments.fresh else read_demo(data)
        if demo is None:
            clear_folder(data)
            demo = make_demo(config, now())
        prepare(config, now())
        port = reserved.getsockname()[1]
        more = describe_demo(demo, listening.host, port, config.public_url)
        return supervise(config, reserved, listening, more)


def prepare(config: Config, at: datetime) -> str | None:
    """Brings schema, secret key and first administrator about; the token of a set-up link when nobody was named.

    Raises UpgradeRefused, SecretKeyUnusable, or the Problem with the named address or password.
    """
    with closing_database(config) as database:
        saved = upgrade(database, config.data_dir, at)
        if saved:
            print(f"数据已升级，备份在 / upgraded, backup in: {saved}", flush=True)
        load_key(config.key_file)
        with database.transaction() as db:
            if has_users(db):
                return None
            if config.admin_email and config.admin_password:
                create_administrator(db, config.admin_email, config.admin_password, at)
                return None
            return issue_link(db, "setup", None, at)


def run_test(arguments: argparse.Namespace) -> int:
    command = [sys.executable, "-P", "-m", "tests.run", "--database", arguments.database, *arguments.paths]
    if arguments.full:
        command += ["--full", arguments.full]
    if arguments.again:
        command.append("--again")
    os.chdir(ROOT)
    return os.execv(sys.executable, command)


def run_upgrade(arguments: argparse.Namespace) -> int:
    config = Config.from_env(arguments.data)
    check_folder(config)
    with own_folder(config.data_dir), closing_database(config) as database:
        saved = upgrade(database, config.data_dir, now())
    print(f"备份在 / backup in: {saved}" if saved else "数据已是最新 / the data are up to date")
    return 0


def run_add_user(arguments: argparse.Namespace) -> int:
    given = "" if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    password = given or secrets.token_urlsafe(12)
    with open_data(arguments.data) as database, database.transaction() as db:
        if arguments.admin:
            create_administrator(db, arguments.email, password, now())
        else:
            create_user(db, arguments.email, password, None, by=None, now=now())
    print(arguments.email if given else f"{arguments.email} {password}")
    return 0


def run_jobs(arguments: argparse.Namespace) -> int:
    from server.jobs import run_all_once, run_timetable

    config = Config.from_env(arguments.data)
    if not arguments.once:
        with suppress(OperationalError), closing_database(config) as database:  # one that is away may come
            check_keys(database)
        run_timetable(config)
        return 0
    with open_data(arguments.data) as database:
        results = run_all_once(database, config, arguments.as_of or now())
    print(json.dumps(results, ensure_ascii=False))
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    from server.places.villages import import_boundaries_file
    from server.publishing.library import refresh_villages

    config = Config.from_env(arguments.data)
    with open_data(arguments.data) as database, database.transaction() as db:
        project = get_project(db, arguments.project)
        report = import_boundaries_file(db, project, arguments.file, arguments.crs, None, now(), arguments.dry_run)
        if not arguments.dry_run:
            refresh_villages(db, BlobStore(config.blob_dir, database.keys), project, now())
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        print(report.as_text("zh"), report.as_text("en"), sep="\n\n")
    return 0


def run_publish(arguments: argparse.Namespace) -> int:
    from server.publishing.library import publish_library

    config = Config.from_env(arguments.data)
    with open_data(arguments.data) as database, database.transaction() as db:
        project = get_project(db, arguments.project)
        key = load_key(config.key_file)
        for form in publish_library(db, BlobStore(config.blob_dir, database.keys), project, None, now(), key):
            print(form.xml_form_id)
    return 0


def run_follow_ups(arguments: argparse.Namespace) -> int:
    from server.followups.simulating import HEADING, as_json, as_lines, standing_on

    with open_to_read(arguments.data) as db:
        project = get_project(db, arguments.project)
        dues = standing_on(db, project, arguments.as_of or today(now()))
        if arguments.json:
            print_list(json.dumps(as_json(one), ensure_ascii=False) for one in dues)
            return 0
        print("  ".join(HEADING))
        for one in dues:
            print(*as_lines(one), sep="\n")
    return 0


def run_rederive(arguments: argparse.Namespace) -> int:
    from server.intake.rederiving import rederive

    with open_data(arguments.data) as database:
        if arguments.project is not None:
            with database.reading() as db:
                get_project(db, arguments.project)
        records, subjects = rederive(database, arguments.project, now(), show_progress)
    print(f"{records} 份记录，{subjects} 个对象 / {records} records, {subjects} subjects")
    return 0


def run_audit(arguments: argparse.Namespace) -> int:
    """0 when the audit is whole, 1 when it is not: the first wrong position is printed."""
    data_dir = Config.from_env(arguments.data).data_dir
    try:
        anchors = read_anchors(data_dir)
    except HeadsUnreadable as unreadable:
        return complain(f"链头文件读不了 / the file of heads cannot be read: {unreadable}", BROKEN)
    if arguments.head:
        anchors.append(Anchor(Head(*arguments.head), "given"))
    with open_to_read(arguments.data) as db:
        verdict = verify_chain(db, anchors)
    print(json.dumps(verdict.as_json()) if arguments.json else say_verdict(verdict))
    return 0 if verdict.is_whole else BROKEN


def say_verdict(verdict: Verdict) -> str:
    head = f"{verdict.head.position}:{verdict.head.hash.hex()}"
    broken = verdict.broken
    if broken:
        row = f"，audit {broken.audit_id}" if broken.audit_id is not None else ""
        zh, en = REASONS[broken.why]
        return f"第 {broken.position} 环不对{row}：{zh} / link {broken.position} is wrong: {en}"
    counts = f"{verdict.links} 环，{verdict.waiting} 行待接，依法删改 {verdict.redacted} 行"
    english = f"{verdict.links} links, {verdict.waiting} rows waiting, {verdict.redacted} redacted by law"
    return f"操作记录完整：{counts} / the audit is whole: {english}\n{head}"


def run_retention_now(arguments: argparse.Namespace) -> int:
    """Shrinks what is past its time, or with `--dry-run` says what that would be."""
    from server.registry.retention_runs import plan_retention, run_retention

    config = Config.from_env(arguments.data)
    with open_data(arguments.data) as database:
        if arguments.project is not None:
            with database.reading() as db:
                get_project(db, arguments.project)
        if arguments.dry_run:
            with database.reading() as db:
                reports = plan_retention(db, arguments.project, arguments.as_of or now())
        else:
            reports = run_retention(database, BlobStore(config.blob_dir, database.keys), arguments.project, now())
    if arguments.json:
        print(json.dumps({str(project): asdict(one) for project, one in reports.items()}))
    for project, one in () if arguments.json else reports.items():
        print(
            f"项目 {project}：{one.women} 人，{one.records + one.sealed_records} 份记录，{one.files} 个附件", end=" / "
        )
        print(f"project {project}: {one.women} women, {one.records + one.sealed_records} records, {one.files} files")
    return 0


def run_keys(arguments: argparse.Namespace) -> int:
    """Shows, changes or forgets keys; with `--dry-run` it says what would be done."""
    config = Config.from_env(arguments.data)
    with open_data(arguments.data) as database:
        store = BlobStore(config.blob_dir, database.keys)
        if arguments.what == "rotate" and arguments.dry_run:
            number = count_to_seal(database)
            print(
                f"将重新封存 {number} 个值和全部文件 / {number} values and all files would be sealed anew",
                file=sys.stderr,
            )
        elif arguments.what == "rotate":
            rotate(database, now(), show_progress)
            reseal_files(store, show_progress)
        elif arguments.what == "forget" and not arguments.dry_run:
            forget_keys(database, store)
        shown = list_keys(database)
    if arguments.json:
        print(json.dumps([one._asdict() for one in shown]))
        return 0
    for one in shown:
        use = "在用 / in use" if one.in_use else "旧的 / old"
        print(f"{one.key_id}  {one.values:>9}  {use}")
    return 0


def show_progress(done: int, of: int) -> None:
    """A bar on standard error, the same line again and again."""
    filled = BAR * done // of if of else BAR
    bar = "#" * filled + "-" * (BAR - filled)
    print(f"\r[{bar}] {done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def print_list(items: Iterator[str]) -> None:
    """A JSON list, item by item as they come."""
    start = "["
    for item in items:
        print(start, item, sep="\n", end="")
        start = ","
    print("[]" if start == "[" else "\n]")


@contextmanager
def open_to_read(data_dir: Path) -> Iterator[Session]:
    """A session that cannot write, on a data folder as it is. Raises UpgradeRefused for one that is not up to date."""
    config = Config.from_env(data_dir)
    check_folder(config)
    with closing_database(config) as database:
        if database.is_sqlite and not Path(str(database.engine.url.database)).exists():
            raise UpgradeRefused(f"这里没有数据 / there are no data in {config.data_dir}")
        if not is_current(database):
            raise UpgradeRefused("数据要先升级 / the data must be brought up to date first: ./fangshi upgrade")
        check_keys(database)
        with database.reading() as db:
            db.execute(text("PRAGMA query_only=ON" if database.is_sqlite else "SET TRANSACTION READ ONLY"))
            yield db


def check_folder(config: Config) -> None:
    """Raises UpgradeRefused when there is no such folder: only `serve` and `demo` make one, a typing error does not."""
    if not config.database_url and not config.data_dir.is_dir():
        raise UpgradeRefused(f"没有数据目录 / there is no data folder {config.data_dir}; --data DIR")


@contextmanager
def closing_database(config: Config) -> Iterator[Database]:
    database = Database(config.sqlalchemy_url, config.key_file)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def open_data(data_dir: Path) -> Iterator[Database]:
    """The database of a data folder that is there, brought up to date. Raises UpgradeRefused otherwise."""
    config = Config.from_env(data_dir)
    check_folder(config)
    with closing_database(config) as database:
        upgrade(database, config.data_dir, now())
        yield database


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "serve": run_serve,
    "demo": run_demo,
    "test": run_test,
    "upgrade": run_upgrade,
    "add-user": run_add_user,
    "import-boundaries": run_import,
    "publish-library": run_publish,
    "jobs": run_jobs,
    "follow-ups": run_follow_ups,
    "rederive": run_rederive,
    "audit": run_audit,
    "keys": run_keys,
    "retention": run_retention_now,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
