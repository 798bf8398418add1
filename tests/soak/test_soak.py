"""A town's phones and its office at a served process for as long as the size says: nothing fails, nothing is lost, and at
full size the memory does not grow.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from server.blobs import BlobStore
from server.config import Config
from server.keys import KeyRing
from server.models import DeriveProblem, SubmissionAttachment, SubmissionVersion, TimetableRun
from tests import sizes
from tests.databases import sync_truly
from tests.served_project import database_of
from tests.serving import RunningServer, running_server, serve_environment
from tests.sizes import ROOT, size
from tests.soak.load import LEFT_AFTER, Plan, write_plan
from tests.soak.memory import Look, growth_of, look
from tests.soak.told import as_table, keep, wrong_lines
from tests.soak.town import SoakTown, make_soak_town

LOOKS = 60  # at least; every ten seconds when it takes long
P95_WITHIN = 3_000.0  # ms at full size, of what phones ask
PHONES_ASK = ("form list", "manifest", "entity list", "record", "record with a photo")
WAITED_IN_VAIN = "OperationalError"
GAVE_WAY = re.compile(rf"\bjob \w+ failed: {WAITED_IN_VAIN}")
"""What a row of the timetable may say beside a whole run of the tests: it runs again a minute later."""
TICKS = os.sysconf("SC_CLK_TCK")


def load(server: RunningServer, town: SoakTown, folder: Path, seconds: float) -> tuple[dict[str, Any], list[Look]]:
    """What the clients say, and the memory of the server while they were at it."""
    plan, result = folder / "plan.json", folder / "result.json"
    write_plan(plan, Plan(server.url.rstrip("/"), town.project_id, town.keys, town.session, seconds))
    command = [sys.executable, "-P", "-m", "tests.soak.load", str(plan), str(result)]
    began = time.monotonic()
    every, until = min(10.0, seconds / LOOKS), began + seconds + LEFT_AFTER + 60
    looks = [look(server.members(), began)]
    with (folder / "clients.log").open("w+") as log:
        clients = subprocess.Popen(command, cwd=ROOT, env=serve_environment(), stdout=log, stderr=log)
        try:
            while clients.poll() is None and time.monotonic() < until:
                time.sleep(every)
                looks.append(look(server.members(), began))
        finally:
            if clients.poll() is None:
                clients.kill()
            clients.wait(30)
        log.seek(0)
        assert clients.returncode == 0, log.read()
    return orjson.loads(result.read_bytes()), looks


def cpu_seconds(server: RunningServer) -> float:
    """User and system time of all processes of the server that live."""
    ticks = 0
    for pid in server.members():
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        ticks += int(user) + int(system)
    return ticks / TICKS


def stored(server: RunningServer) -> tuple[Counter[str], dict[tuple[str, str], str], BlobStore]:
    """How often each instance id is there, and the SHA-256 of each file by instance id and name."""
    config, database = Config(server.data_dir, **server.database_url), database_of(server)  # type: ignore[arg-type]
    names = select(SubmissionVersion.instance_id, SubmissionAttachment.name, SubmissionAttachment.blob_sha256)
    files = names.join(SubmissionAttachment, SubmissionAttachment.submission_version_id == SubmissionVersion.id)
    with database.reading() as db:
        ids = Counter(db.scalars(select(SubmissionVersion.instance_id)))
        hashes = {(one, name): str(sha256) for one, name, sha256 in db.execute(files)}
    database.dispose()
    return ids, hashes, BlobStore(config.blob_dir, KeyRing(config.key_file))


def lost_of(server: RunningServer, sent: list[tuple[str, dict[str, str]]]) -> list[str]:
    """What was acknowledged and is not there, not once, or not with the same bytes."""
    ids, hashes, store = stored(server)
    lost = [f"{one} is there {ids[one]} times" for one, _ in sent if ids[one] != 1]
    for one, files in sent:
        for name, digest in files.items():
            kept = hashes.get((one, name))
            if kept != digest or hashlib.sha256(store.read(digest)).hexdigest() != digest:
                lost.append(f"{name} of {one}: {kept} instead of {digest}")
    return lost


def timetable_of(server: RunningServer) -> tuple[dict[str, str | None], list[str]]:
    """The last result of each row that has ended, and what no reading of a record could be made of."""
    database = database_of(server)
    with database.reading() as db:
        rows = {row.name: row.result for row in db.scalars(select(TimetableRun)) if row.finished_at}
        problems = [f"{one.deriver}: {one.error}" for one in db.scalars(select(DeriveProblem))]
    database.dispose()
    return rows, problems


def test_a_town_at_work_loses_nothing_and_sees_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phones, seconds = size("soak_phones"), float(size("soak_seconds"))
    with running_server(tmp_path / "data") as server:
        if sizes.FULL and server.uses_postgresql:
            sync_truly(os.environ["TEST_DATABASE_URL"])  # how long a record takes is told
        town = make_soak_town(server, phones)
        clients, looks = load(server, town, tmp_path, seconds)
        cpu, sent = cpu_seconds(server), clients.pop("sent")
        rows, problems = timetable_of(server)
        lost = lost_of(server, sent)
        assert len(lost_of(server, [("uuid:never-sent", {"a.jpg": "0" * 64})])) == 2, "what is missing would be seen"
    growth = growth_of(looks)
    told = {
        "database": "PostGIS" if server.uses_postgresql else "SpatiaLite",
        "phones": phones,
        "seconds": seconds,
        "cores": os.cpu_count(),
        "acknowledged": len(sent),
        "memory": asdict(growth),
        "cpu_seconds": cpu,
        "log": [line for line in wrong_lines(server.lines) if sizes.FULL or not GAVE_WAY.search(line)],
        "lost": lost,
        **clients,
    }
    keep(told, [(one.seconds, one.megabytes) for one in looks])
    with capsys.disabled() if sizes.FULL else nullcontext():
        print(as_table(told))

    assert clients["told"] == []
    assert sum(one["errors"] for one in clients["operations"].values()) == 0
    assert told["log"] == []
    assert lost == [] and len(sent) >= phones
    assert problems == []
    broken = {name: result for name, result in rows.items() if not str(result).isdigit()}
    assert rows and (set(broken.values()) <= {WAITED_IN_VAIN} if not sizes.FULL else broken == {}), broken
    if sizes.FULL:
        assert not growth.grew, growth
        slow = {name: row["p95"] for name, row in clients["operations"].items() if name in PHONES_ASK}
        assert all(p95 < P95_WITHIN for p95 in slow.values()), slow
