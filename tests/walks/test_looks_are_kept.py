"""Who looked is on disk when a served process was told to stop, and by itself soon after the look when it was killed."""

import json
import subprocess
import sys
import time
from pathlib import Path

import requests

from server.models import Audit, Reading
from tests.making import a_record, new_id
from tests.served_project import Headers, a_reader, database_of, make_project
from tests.serving import ROOT, RunningServer, database_setting, running_server, serve_environment, start_server

ONE = new_id()


def look(server: RunningServer, reader: Headers) -> None:
    path = f"{server.api}/projects/1/forms/visit/submissions/{ONE}.xml"
    assert requests.get(path, headers=reader, timeout=30).status_code == 200


def looks_in(server: RunningServer) -> list[str]:
    database = database_of(server)
    with database.reading() as db:
        looks = db.query(Reading).filter(Reading.action == "submission.read").order_by(Reading.audit_id)
        found = [row.action for row in looks]
        assert len(found) == db.query(Audit).filter(Audit.action == "submission.read").count()
    database.dispose()
    return found


def verify(data_dir: Path) -> dict[str, object]:
    command = [sys.executable, "-P", "-m", "server.cli", "audit", "verify", "--data", str(data_dir), "--json"]
    environment = serve_environment(**database_setting(data_dir, fresh=False))
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def test_a_look_outlives_a_stop_at_once_and_a_kill_once_its_second_is_over(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    key = make_project(server, "禾川镇")
    sent = requests.post(
        f"{server.api}/key/{key}/projects/1/submission",
        files={"xml_submission_file": ("x.xml", a_record(instance_id=ONE), "text/xml")},
        timeout=30,
    )
    assert sent.status_code == 201
    database = database_of(server)
    reader = a_reader(database, "rita@example.test", "three green hills", "rita")
    database.dispose()

    look(server, reader)
    server.stop()
    assert looks_in(server) == ["submission.read"], "what it was told in its last second too"

    again = start_server(tmp_path / "data")
    look(again, reader)
    # A second on a machine with nothing else to do; on a busy one it is waited for, and the kill comes at once after it.
    patience = time.monotonic() + 60
    while len(looks_in(again)) < 2 and time.monotonic() < patience:
        time.sleep(0.1)
    again.kill()
    assert looks_in(again) == ["submission.read"] * 2

    with running_server(tmp_path / "data") as third:
        patience = time.monotonic() + 60
        while verify(third.data_dir)["waiting"] and time.monotonic() < patience:
            time.sleep(1)
    told = verify(tmp_path / "data")
    assert told["whole"] and told["links"] and told["anchors"], told
