"""A walk's days are simulated, up to months from now: the server's own timetable, which lives today, is kept from its rows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from server.config import Config
from server.db import Database
from server.leases import RENEW_EVERY, lease_of, own_name
from tests.serving import database_setting


@contextmanager
def timetable_kept(data_dir: Path) -> Iterator[None]:
    """Holds the lease of the server that has this folder, as another process would: rows run when a walk says so alone.

    A row that ran today between two rows of a simulated day would say what is due by today's clock.
    """
    config = Config(data_dir, database_url=database_setting(data_dir, fresh=False).get("FANGSHI_DATABASE_URL"))
    database = Database(config.sqlalchemy_url, config.key_file)
    lease, ended = lease_of(database, own_name()), threading.Event()

    def keep() -> None:
        while not ended.wait(RENEW_EVERY.total_seconds()):
            lease.hold(datetime.now(UTC))

    assert lease.hold(datetime.now(UTC)), "somebody has the timetable"
    keeper = threading.Thread(target=keep, name="keeps the timetable", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        lease.close()
        database.dispose()
