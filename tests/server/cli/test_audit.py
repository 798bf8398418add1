import json
from pathlib import Path

import pytest
from sqlalchemy import text

from server.access.projects import create_project
from server.clock import now
from tests.server.cli.running import looking_into, run


def test_the_audit_is_verified_and_its_first_wrong_link_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("upgrade", "--data", str(data))
    with looking_into(data) as db:
        create_project(db, "禾川镇", None, None, now())
        create_project(db, "柳河镇", None, None, now())
    assert run("jobs", "--once", "--data", str(data)) == 0
    capsys.readouterr()
    assert run("audit", "verify", "--data", str(data)) == 0
    told = capsys.readouterr().out
    assert "the audit is whole: 2 links" in told
    head = told.splitlines()[1]
    assert run("audit", "verify", "--data", str(data), "--json", "--head", head) == 0
    assert json.loads(capsys.readouterr().out)["head"]["position"] == 2

    assert run("audit", "verify", "--data", str(data), "--head", "1:" + "0" * 64) == 1
    assert "link 1 is wrong" in capsys.readouterr().out
    with looking_into(data) as db:
        db.execute(text("UPDATE audit SET notes = 'x' WHERE id = (SELECT max(id) FROM audit)"))
    assert run("audit", "verify", "--data", str(data), "--json") == 1
    told_of = json.loads(capsys.readouterr().out)
    assert (told_of["whole"], told_of["broken"]["position"], told_of["broken"]["why"]) == (False, 2, "content_changed")


def test_a_file_of_heads_that_somebody_scribbled_in_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("upgrade", "--data", str(data))
    (data / "audit-heads.txt").write_text("2 abc\n")
    assert run("audit", "verify", "--data", str(data)) == 1
    assert "line 1 of audit-heads.txt" in capsys.readouterr().err
