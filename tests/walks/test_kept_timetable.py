"""The server's own timetable begins no row while a walk has it, and all of them once it may."""

import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from server.models import TimetableRun
from tests.served_project import database_of
from tests.serving import RunningServer, copy_data, running_server
from tests.walks.kept_timetable import timetable_kept

BEGINS_WITHIN = 60.0  # ten seconds, on a machine that does nothing else


def runs_since(server: RunningServer, begun: datetime) -> int:
    database = database_of(server)
    with database.reading() as db:
        found = db.scalar(select(func.count()).where(TimetableRun.started_at >= begun))
    database.dispose()
    return int(found or 0)


def test_no_row_runs_while_it_is_kept(tmp_path: Path) -> None:
    with running_server(tmp_path / "made"):
        pass
    copy_data(tmp_path / "made", tmp_path / "data")
    with ExitStack() as kept:
        kept.enter_context(timetable_kept(tmp_path / "data"))
        begun = datetime.now(UTC)
        with running_server(tmp_path / "data") as server:
            time.sleep(12)  # it asks for the lease every ten seconds
            assert runs_since(server, begun) == 0
            kept.close()
            patience = time.monotonic() + BEGINS_WITHIN
            while not runs_since(server, begun) and time.monotonic() < patience:
                time.sleep(0.2)
            assert runs_since(server, begun) > 0
