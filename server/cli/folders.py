"""The data folder that a command works on: opened as it is to read, or brought up to date first."""

import os
import pwd
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.clock import now
from server.config import Config
from server.db import Database
from server.serving import SERVE_LOCK
from server.upgrading import UpgradeRefused, check_keys, is_current, open_direct, upgrade

ROOT = Path(__file__).resolve().parents[2]  # of the program


@contextmanager
def open_to_read(data_dir: Path) -> Iterator[Session]:
    """A session that cannot write, on a data folder as it is. Raises UpgradeRefused for one that is not up to date."""
    with open_as_it_is(data_dir) as database, database.reading() as db:
        db.execute(text("PRAGMA query_only=ON" if database.is_sqlite else "SET TRANSACTION READ ONLY"))
        yield db


@contextmanager
def open_as_it_is(data_dir: Path) -> Iterator[Database]:
    """The database of a data folder, for what changes nothing. Raises UpgradeRefused for one that is not up to date."""
    config = Config.from_env(data_dir)
    check_folder(config)
    with open_direct(config) as database:
        if database.is_sqlite and not Path(str(database.engine.url.database)).exists():
            raise UpgradeRefused(f"这里没有数据 / there are no data in {config.data_dir}")
        if not is_current(database):
            raise UpgradeRefused("数据要先升级 / the data must be brought up to date first: ./fangshi upgrade")
        check_keys(database)
        yield database


@contextmanager
def open_data(data_dir: Path) -> Iterator[Database]:
    """The database of a data folder that is there, brought up to date. Raises UpgradeRefused otherwise."""
    config = Config.from_env(data_dir)
    check_folder(config)
    check_account(config)
    with open_direct(config) as database:
        upgrade(database, config.data_dir, now())
        yield database


def check_folder(config: Config) -> None:
    """Raises UpgradeRefused when there is no such folder: only `serve` and `demo` make one, a typing error does not."""
    if not config.database_url and not config.data_dir.is_dir():
        raise UpgradeRefused(f"没有数据目录 / there is no data folder {config.data_dir}; --data DIR")


def check_account(config: Config) -> None:
    """Raises UpgradeRefused for root where another account serves: keys and files that root writes, it could not read."""
    lock = config.data_dir / SERVE_LOCK
    owner = owner_of(lock) if os.geteuid() == 0 else None
    if not owner:
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"#{owner}"
    raise UpgradeRefused(
        f"服务用的是账号 {name}，root 写下的它读不了，请输入 / the server's account is {name}, which could not read what root "
        f"writes; type: sudo -u {shlex.quote(name)} …"
    )


def owner_of(path: Path) -> int | None:
    """The account that a file belongs to; None for one that is not there."""
    try:
        return path.stat().st_uid
    except FileNotFoundError:
        return None
