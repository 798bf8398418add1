"""A phone of a soak: as Collect does it looks for forms, gets what changed, and sends what was filled."""

import hashlib
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.soak.asking import Asking
from tests.soak.records import Hand, Record
from tests.soak.tally import Sent

LISTS = "{http://openrosa.org/xforms/xformsList}"
FILES = "{http://openrosa.org/xforms/xformsManifest}"
ALL_EVERY = 8  # turns: then it looks at the files of every form, else at those of one
BOUNDARY = "a-phone-of-the-soak-5b1e"


@dataclass
class Phone:
    """`path` is that of its settings: /v1/key/…/projects/1."""

    asking: Asking
    path: str
    hand: Hand
    forms: dict[str, str] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    manifests: dict[str, str] = field(default_factory=dict)

    def run(self, begin: float, end: float, interval: float, stop: threading.Event) -> None:
        """A turn at `begin` and one after each interval until the end (both of time.monotonic); one at least."""
        records = self.hand.records()
        turn = 0
        while not stop.wait(max(0.0, begin + turn * interval - time.monotonic())):
            self.take_turn(turn, records)
            self.asking.close()
            # what a slow server cost is not made up for: a phone that is late begins with its next turn
            turn = max(turn + 1, int((time.monotonic() - begin) / interval))
            if begin + turn * interval >= end:
                return

    def take_turn(self, turn: int, records: Iterator[Record]) -> None:
        self.sync_forms()
        wanted = list(self.manifests)
        for form_id in wanted if turn % ALL_EVERY == 0 else wanted[turn % max(1, len(wanted)) :][:1]:
            self.sync_files(form_id)
        self.send(next(records))

    def sync_forms(self) -> None:
        listed = self.asking.ask_again("form list", f"{self.path}/formList")
        for form in ET.fromstring(listed) if listed else ():
            told = {one.tag.removeprefix(LISTS): one.text or "" for one in form}
            form_id, md5 = told["formID"], told["hash"].removeprefix("md5:")
            if told.get("manifestUrl"):
                self.manifests[form_id] = told["manifestUrl"]
            if self.forms.get(form_id) != md5 and self.download("form", told["downloadUrl"], md5):
                self.forms[form_id] = md5

    def sync_files(self, form_id: str) -> None:
        manifest = self.asking.ask_again("manifest", self.manifests[form_id])
        for told in ET.fromstring(manifest) if manifest else ():
            name, url, md5 = (told.findtext(f"{FILES}{one}", "") for one in ("filename", "downloadUrl", "hash"))
            if told.get("type"):
                self.fetch_list(name, url, md5)
            else:
                self.fetch_file((form_id, name), url, md5.removeprefix("md5:"))

    def fetch_list(self, name: str, url: str, version: str) -> None:
        """An entity list, once for all forms; its hash is another when it changed, and not that of its bytes."""
        if self.lists.get(name) != version and self.asking.ask("entity list", url):
            self.lists[name] = version

    def fetch_file(self, key: tuple[str, str], url: str, md5: str) -> None:
        """A file of a form and a name. A picture that came with another form is not fetched again."""
        made = key[1].endswith(".csv")
        if self.files.get(key) == md5 or (md5 in self.held and not made):
            return
        if self.download("list made for a phone" if made else "picture", url, md5, may_change=made):
            self.files[key] = md5
            self.held.add(md5)

    def download(self, operation: str, url: str, md5: str, may_change: bool = False) -> bool:
        """Whether it came as it was announced. What is made for a phone may have changed since; nothing else may."""
        answer = self.asking.ask(operation, url)
        if answer is None:
            return False
        if hashlib.md5(answer.body, usedforsecurity=False).hexdigest() == md5:
            return True
        if may_change:
            self.asking.tally.set_apart("made lists that changed after the manifest")
        else:
            self.asking.tally.fail(operation, "other bytes than were announced")
        return False

    def send(self, record: Record) -> None:
        self.asking.ask("HEAD submission", f"{self.path}/submission", (204,), method="HEAD")
        sizes = sum(len(data) for part in record.parts for data in part.values())
        operation = "record with a photo" if sizes > 100_000 else "record"
        parts = [
            (f"{operation}, further part" if number else operation, part) for number, part in enumerate(record.parts)
        ]
        if record.resent:
            parts.append(("record, once more", record.parts[-1]))
        answers = [self.post(operation, record.xml, files) for operation, files in parts]
        if all(answers):
            self.asking.tally.acknowledge(Sent(record.instance_id, record.digests()))

    def post(self, operation: str, xml: bytes, files: dict[str, bytes]) -> bool:
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "X-OpenRosa-Version": "1.0"}
        path = f"{self.path}/submission?deviceID=soak{self.hand.number}"
        return self.asking.ask(operation, path, (201,), "POST", multipart(xml, files), **headers) is not None


def multipart(xml: bytes, files: dict[str, bytes]) -> bytes:
    parts = [("xml_submission_file", "record.xml", "text/xml", xml)]
    kinds = {"csv": "text/csv", "jpg": "image/jpeg"}
    parts += [(name, name, kinds[name.rpartition(".")[2]], data) for name, data in files.items()]
    lines: list[bytes] = []
    for name, file_name, kind, data in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        lines += [f"{head}Content-Type: {kind}\r\n\r\n".encode(), data, b"\r\n"]
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])
