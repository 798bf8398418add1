"""The key is changed while a server works: phones send, the office reads and shows a phone's key, and nobody notices. The
command is killed in the middle, and goes on when it is run again.
"""

import io
import json
import subprocess
import sys
import time
from pathlib import Path

from server.keys import read_keys
from tests.making import a_record, an_xform, new_id
from tests.phones.office import Office, Phone
from tests.serving import RunningServer, database_setting, running_server, serve_environment

RECORDS = 30


def start_keys(server: RunningServer, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-P", "-m", "server.cli", "keys", *words, "--data", str(server.data_dir), "--json"]
    settings = database_setting(server.data_dir, fresh=False)
    return subprocess.Popen(
        command, env=serve_environment(**settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def keys(server: RunningServer, *words: str) -> list[dict[str, object]]:
    out, err = (process := start_keys(server, *words)).communicate()
    assert process.returncode == 0, err
    found: list[dict[str, object]] = json.loads(out)
    return found


def send(office: Office, phone: Phone, note: str) -> str:
    instance_id = new_id()
    files = {
        "xml_submission_file": (
            "s.xml",
            io.BytesIO(a_record(instance_id=instance_id, note=note, photo="1.jpg")),
            "text/xml",
        ),
        "1.jpg": ("1.jpg", io.BytesIO(b"\xff\xd8\xff\xe0 photo of " + note.encode())),
    }
    sent = office.http.post(f"{phone.url}/submission", files=files, headers={"X-OpenRosa-Version": "1.0"}, timeout=60)
    assert sent.status_code == 201, sent.text
    return instance_id


def test_keys_change_while_phones_send_and_the_office_reads(tmp_path: Path) -> None:
    with running_server(tmp_path / "data") as server:
        office = Office(server)
        project = office.make_project("禾川镇")
        form = office.publish(project, an_xform().decode())
        phone = office.make_phone(project, form)
        notes = {send(office, phone, f"note {number}"): f"note {number}" for number in range(RECORDS)}
        key_file = server.data_dir / "secret.key"
        before = read_keys(key_file)

        cut_off = start_keys(server, "rotate")
        while read_keys(key_file) == before:
            assert cut_off.poll() is None or read_keys(key_file) != before
            time.sleep(0.01)
        cut_off.kill()
        cut_off.communicate()
        notes[send(office, phone, "sent under two keys")] = "sent under two keys"

        rotating = start_keys(server, "rotate")
        while rotating.poll() is None:
            number = len(notes)
            notes[send(office, phone, f"note {number}")] = f"note {number}"
            assert office.instance_ids(project, form)
            time.sleep(0.2)
        assert rotating.communicate()[1] is not None and rotating.returncode == 0

        new, old = keys(server, "show")
        assert (new["in_use"], old["in_use"], old["values"]) == (True, False, 0)
        assert len(read_keys(key_file)) == 2, "the one that was cut off took the new key, the second went on with it"
        keys(server, "rotate", "--dry-run")
        assert len(keys(server, "forget")) == 1
        for instance_id, note in notes.items():
            here = f"/projects/{project}/forms/{form}/submissions/{instance_id}"
            assert note.encode() in office.call("GET", f"{here}.xml")
            assert note.encode() in office.call("GET", f"{here}/attachments/1.jpg")
        listed = office.call("GET", f"/projects/{project}/app-users")
        assert [one["token"] in phone.url for one in listed] == [True]
        send(office, phone, "under the new key alone")
