"""A town's day is backed up while it is served, carried to another machine and served there: everybody signs in as before,
every record, photo and key is there, and the backup itself tells a thief nothing.
"""

import time
from pathlib import Path
from typing import Any

import pytest
import requests

from server.cli import main
from tests.phones.office import Office
from tests.serving import RunningServer, database_setting, running_server
from tests.test_at_rest import ENTITY, SENTINELS, live_a_day


def all_that_is_told(server: RunningServer) -> list[Any]:
    """Records, their XML and photos, the list, the comments; and what a phone gets by its key."""
    office = Office(server)
    (project,) = [one["id"] for one in office.call("GET", "/projects")]
    form = f"/projects/{project}/forms/visit"
    records = office.call("GET", f"{form}/submissions")
    told = [{name: value for name, value in one.items() if name != "deviceId"} for one in records]
    for one in records:
        here = f"{form}/submissions/{one['instanceId']}"
        told += [office.call("GET", f"{here}.xml"), office.call("GET", f"{here}/attachments/1.jpg")]
        told.append(office.call("GET", f"{here}/comments"))
    told.append(office.call("GET", f"/projects/{project}/datasets/homes/entities/{ENTITY}"))
    for phone in office.call("GET", f"/projects/{project}/app-users"):
        answer = requests.get(f"{server.api}/key/{phone['token']}/projects/{project}/formList", timeout=30)
        assert answer.status_code == 200
        told.append(answer.text.replace(server.url, ""))
    return told


def use_database(monkeypatch: pytest.MonkeyPatch, setting: dict[str, str]) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)


def back_up(data: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """By the command, when the server is not making one itself at that moment."""
    for _ in range(40):
        capsys.readouterr()
        if main(["backup", "--data", str(data)]) == 0:
            break
        time.sleep(0.5)
    return Path(capsys.readouterr().out.splitlines()[-1])


def test_a_served_day_lives_on_on_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, elsewhere, key = tmp_path / "data", tmp_path / "elsewhere", tmp_path / "carried.txt"
    with running_server(data) as server:
        live_a_day(server)
        use_database(monkeypatch, database_setting(data, fresh=False))
        assert main(["backup", "new-key", str(key), "--data", str(data)]) == 0
        archive = back_up(data, capsys)
        before = all_that_is_told(server)
    lying = archive.read_bytes()
    secrets = [key.read_text().strip(), (data / "secret.key").read_text().strip(), ENTITY, *SENTINELS.values()]
    assert [one for one in secrets if one.encode() in lying] == []
    assert key.read_text().split("-")[3] not in "".join(
        path.read_text(errors="ignore") for path in data.rglob("*") if path.is_file()
    ), "the private half is nowhere on the server"

    use_database(monkeypatch, database_setting(elsewhere, fresh=True))
    assert main(["restore", str(archive), "--key", str(key), "--data", str(elsewhere)]) == 0
    told = capsys.readouterr()
    assert "restored the backup of" in told.out and "do it again" in told.err
    (elsewhere / "backup-work").mkdir()
    (elsewhere / "backup-work" / "left").write_text("by a kill")
    with running_server(elsewhere) as server:
        assert all_that_is_told(server) == before
        assert not (elsewhere / "backup-work" / "left").exists()
    photos = {path.name: path.read_bytes() for path in data.glob("blobs/??/*")}
    assert photos and photos == {path.name: path.read_bytes() for path in elsewhere.glob("blobs/??/*")}
    assert main(["audit", "verify", "--data", str(elsewhere)]) == 0


def test_a_restore_that_cannot_be_is_one_sentence_and_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_database(monkeypatch, {})
    (tmp_path / "data").mkdir()
    key = tmp_path / "carried.txt"
    assert main(["backup", "new-key", str(key), "--data", str(tmp_path / "data")]) == 0
    assert main(["backup", "new-key", str(key), "--data", str(tmp_path / "data")]) == 2
    assert main(["backup", "--data", str(tmp_path / "data")]) == 2
    assert main(["restore", str(key), "--key", str(key), "--data", str(tmp_path / "new")]) == 2
    assert main(["restore", str(tmp_path / "none"), "--key", str(key), "--data", str(tmp_path / "new")]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("fangshi: ")]
    expected = ("File exists", "there are no data", "no backup of Fangshi", "No such file")
    assert all(part in line for part, line in zip(expected, said, strict=True)), said
    assert not (tmp_path / "new").exists()
    for words in (["backup", "new-key"], ["backup", "x"], ["restore", "x"], ["restore", "x", "--key", "x"]):
        with pytest.raises(SystemExit) as wrong:
            main(words)
        assert wrong.value.code == 2
