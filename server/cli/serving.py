"""Commands that go on until they are told to stop: serve, demo, jobs."""

import argparse
import json
import os
import sys
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection

from sqlalchemy.exc import OperationalError

from server.access.people import create_administrator, has_users, issue_link
from server.access.tokens import load_key
from server.backups.folders import clear_leftovers
from server.cli.folders import ROOT, open_data
from server.cli.outcome import outcome_of
from server.cli.output import BROKEN, complain
from server.clock import now
from server.config import Config
from server.db import Database
from server.parentage import die_with_parent
from server.postgresql import wait_for
from server.reports.making import sweep_exports
from server.serving import (
    FORK,
    Listening,
    check_certificate,
    load_children,
    own_address,
    own_folder,
    reserve_port,
    supervise,
)
from server.upgrading import check_direct, check_keys, upgrade


def run_serve(arguments: argparse.Namespace) -> int:
    config = Config.from_env(arguments.data)
    listening = Listening(arguments.host, arguments.port, arguments.tls_cert, arguments.tls_key)
    check_certificate(listening)
    with closing(reserve_port(listening.host, listening.port)) as reserved, own_folder(config.data_dir):
        address = config.public_url or own_address(listening, reserved.getsockname()[1]).rstrip("/")
        code, invitation = prepare_aside(config, now())
        if code:
            return code
        if invitation:
            print(
                f"第一位管理员请打开 / to make the first administrator, open: {address}/join/{invitation}", flush=True
            )
        return supervise(config, reserved, listening)


def run_demo(arguments: argparse.Namespace) -> int:
    from server.demo.folder import clear_folder, describe_demo
    from server.demo.make import make_demo
    from server.demo.people import read_demo

    load_children()  # here, since to make a demo opens a database
    data = (arguments.data or ROOT / "demo-data").resolve()
    config = replace(Config.from_env(data), database_url=None)  # a demo never goes into a town's own database
    listening = Listening(arguments.host, arguments.port)
    with closing(reserve_port(listening.host, listening.port)) as reserved, own_folder(data):
        demo = None if arguments.fresh else read_demo(data)
        if demo is None:
            clear_folder(data)
            demo = make_demo(config, now())
        code, _invitation = prepare_aside(config, now())
        if code:
            return code
        port = reserved.getsockname()[1]
        more = describe_demo(demo, listening.host, port, config.public_url)
        return supervise(config, reserved, listening, more)


def prepare_aside(config: Config, at: datetime) -> tuple[int, str | None]:
    """`prepare` in a process that ends: what it takes of memory, the supervisor would keep and each child would copy.

    The exit code, and the token. What went wrong has been said.
    """
    hears, tells = FORK.Pipe(duplex=False)
    process = FORK.Process(target=prepare_and_tell, args=(config, at, tells, os.getpid()), daemon=True)
    process.start()  # a daemon: whoever interrupts this process does not wait for it
    tells.close()
    load_children()  # meanwhile: it takes longer
    invitation: str | None = None
    with hears, suppress(EOFError):
        invitation = hears.recv()
    process.join()
    code = process.exitcode or 0
    if code < 0:
        complain(f"准备工作被信号中断 / preparing was ended by signal {-code}", BROKEN)
    return (code, invitation) if code >= 0 else (BROKEN, None)


def prepare_and_tell(config: Config, at: datetime, tells: Connection, parent: int) -> None:
    die_with_parent(parent)

    def run() -> int:
        tells.send(prepare(config, at))
        return 0

    sys.exit(outcome_of(run))


def prepare(config: Config, at: datetime) -> str | None:
    """Brings schema, secret key and first administrator about; the token of a set-up link when nobody was named.

    Raises UpgradeRefused, SecretKeyUnusable, or the Problem with the named address or password.
    """
    with Database(config.direct_url, config.key_file) as database:
        if not database.is_sqlite:
            wait_for(database.engine, partial(print, flush=True))
            check_direct(database, config)
        saved = upgrade(database, config.data_dir, at)
        clear_leftovers(config.data_dir)
        sweep_exports(config.data_dir)  # this process holds the folder: nobody else makes any
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


def run_jobs(arguments: argparse.Namespace) -> int:
    from server.jobs import run_all_once
    from server.timetable import run_timetable

    config = Config.from_env(arguments.data)
    if not arguments.once:
        clear_leftovers(config.data_dir)
        with suppress(OperationalError), Database(config.direct_url, config.key_file) as database:
            check_direct(database, config)
            check_keys(database)  # of one that is away they are looked at when it comes
        run_timetable(config)
        return 0
    with open_data(arguments.data) as database:
        results = run_all_once(database, config, arguments.as_of or now())
    print(json.dumps(results, ensure_ascii=False))
    return 0
