"""Whatever was acknowledged is on the disk, once and whole, however the server ended."""

import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.phones.office import Office
from tests.phones.visits import FORM, FORM_ID, Visit, digest, make_visit
from tests.serving import RunningServer, start_server
from tests.sizes import size

SENDERS = 6
ENOUGH = 11  # visits acknowledged in a round that say something


@dataclass
class Stream:
    """Phones that send one visit after the other until the connection breaks."""

    phone_url: str
    first_seed: int
    acknowledged: list[Visit] = field(default_factory=list)
    unanswered: list[Visit] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self.threads = [threading.Thread(target=self.send, args=(number,)) for number in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def send(self, sender: int) -> None:
        with requests.Session() as http:
            for seed in range(self.first_seed + sender, self.first_seed + 100_000, SENDERS):
                visit = make_visit(seed)
                try:
                    status = visit.post(http, self.phone_url)
                except requests.RequestException:
                    self.unanswered.append(visit)
                    return
                if status != 201:
                    self.refused.append(status)
                    return
                self.acknowledged.append(visit)

    def wait_for(self, number: int) -> None:
        """Until so many were acknowledged: a busy machine takes longer."""
        patience = time.monotonic() + 120
        while len(self.acknowledged) < number and time.monotonic() < patience:
            time.sleep(0.05)

    def wait(self) -> None:
        for thread in self.threads:
            thread.join(60)


def check_whole(office: Office, project: int, visit: Visit) -> None:
    """The stored bytes of a visit and of its photos are those that were sent."""
    path = f"/projects/{project}/forms/{FORM_ID}/submissions/{visit.instance_id}"
    assert office.call("GET", f"{path}.xml") == visit.xml
    stored = {row["name"]: row["exists"] for row in office.call("GET", f"{path}/attachments")}
    assert stored == dict.fromkeys(visit.photos, True)
    for name, data in visit.photos.items():
        kept = office.http.get(f"{office.api}{path}/attachments/{name}", timeout=30).content
        assert digest(kept) == digest(data), name


def test_a_killed_server_keeps_what_it_acknowledged_once_and_whole(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    try:
        office = Office(server)
        project = office.make_project("stream")
        office.publish(project, FORM)
        key = office.make_phone(project, FORM_ID).url.removeprefix(server.api)
        known: set[str] = set()
        chance = random.Random(7)
        total = 0
        for number in range(size("kill_rounds")):
            stream = Stream(server.api + key, first_seed=number * 100_000)
            stream.start()
            time.sleep(chance.uniform(0.5, 2.5))
            stream.wait_for(ENOUGH)
            server.kill()
            stream.wait()
            assert stream.refused == []
            assert server.members() == {}
            server = start_server(tmp_path / "data")
            office = Office(server)
            known |= check_round(office, project, stream, server.api + key, known)
            total += len(stream.acknowledged)
        assert total >= ENOUGH * size("kill_rounds"), "too few were acknowledged to say anything"
        print(f"{total} acknowledged in {size('kill_rounds')} kills, none lost, doubled or torn")
    finally:
        if server.process.poll() is None:
            server.stop()


def check_round(office: Office, project: int, stream: Stream, phone_url: str, known: set[str]) -> set[str]:
    """After a kill: what is there is what was acknowledged, and perhaps what was on its way; a resend settles that."""
    stored = office.instance_ids(project, FORM_ID)
    assert len(stored) == len(set(stored)), "a visit is there twice"
    new = set(stored) - known
    sent = {visit.instance_id: visit for visit in stream.acknowledged + stream.unanswered}
    lost = {visit.instance_id for visit in stream.acknowledged} - new
    assert lost == set()
    assert new <= sent.keys()
    for instance_id in new:
        check_whole(office, project, sent[instance_id])
    with requests.Session() as http:
        for visit in stream.unanswered + stream.acknowledged[-2:]:
            assert visit.post(http, phone_url) == 201
            check_whole(office, project, visit)
    again = office.instance_ids(project, FORM_ID)
    assert sorted(again) == sorted(known | sent.keys())
    return set(sent)


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[tuple[RunningServer, Path]]:
    """A server whose every sync and every answer is written down by strace."""
    trace = tmp_path / "trace"
    calls = "trace=fsync,fdatasync,sendto,rename,renameat,renameat2,linkat,link"
    server = start_server(tmp_path / "data", wrapper=("strace", "-D", "-f", "-y", "-qq", "-e", calls, "-o", str(trace)))
    try:
        yield server, trace
    finally:
        if server.process.poll() is None:
            server.kill()


def test_files_and_rows_are_synced_before_the_201_is_sent(traced: tuple[RunningServer, Path]) -> None:
    server, trace = traced
    office = Office(server)
    project = office.make_project("stream")
    office.publish(project, FORM)
    phone = office.make_phone(project, FORM_ID)
    workers = server.workers()
    visit = make_visit(1)
    with requests.Session() as http:
        assert visit.post(http, phone.url) == 201
    threads = {folder.name for pid in workers for folder in Path(f"/proc/{pid}/task").iterdir()}
    server.stop()

    lines = [line for line in trace.read_text(errors="replace").splitlines() if line.split()[0] in threads]
    answers = [number for number, line in enumerate(lines) if "sendto(" in line and '"HTTP/1.1 ' in line]
    [created] = [number for number in answers if '"HTTP/1.1 201' in lines[number]]
    before = max(number for number in answers if number < created)
    synced = [line for line in lines[before:created] if re.search(r"\bf(data)?sync\(", line)]
    print("\n".join(synced))

    assert sum("/blobs/" in line for line in synced) >= len(visit.photos), "each photo is synced"
    if not server.uses_postgresql:
        assert any("fangshi.db-wal" in line for line in synced), "the rows are synced"
    renames = [number for number, line in enumerate(lines[before:created]) if re.search(r"rename|link", line)]
    wal = [number for number, line in enumerate(lines[before:created]) if "fangshi.db-wal" in line]
    assert server.uses_postgresql or max(renames) < max(wal), "files have their names before rows point to them"
