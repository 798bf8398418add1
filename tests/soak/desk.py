"""The office beside the phones of a soak: exports, OData, the map and its tiles, the board, the review list."""

import io
import json
import threading
import time
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from geo.tiles import tile_of
from server.demo.records import FORM_ID as HOME_VISIT
from server.demo.town import CENTRE
from tests.phones.visits import FORM_ID as WITH_PHOTOS
from tests.soak.asking import Asking
from tests.soak.town import FORMS

MOST_PAGES = 4
NEW = timedelta(minutes=2)
ZOOMS = (9, 11, 13, 14, 16)


@dataclass
class Desk:
    """One person's programs and browser."""

    program: Asking
    browser: Asking
    project_id: int

    def run(self, jobs: str, end: float, interval: float, stop: threading.Event) -> None:
        """`export` or `look`, once at least, until the end (of time.monotonic)."""
        turn = 0
        while True:
            getattr(self, jobs)(turn)
            for asking in (self.program, self.browser):
                asking.close()
            turn += 1
            if time.monotonic() + interval >= end or stop.wait(interval):
                return

    def export(self, turn: int) -> None:
        forms = f"/v1/projects/{self.project_id}/forms"
        for form_id in (HOME_VISIT, FORMS[1 + turn % (len(FORMS) - 1)]):
            self.read_archive("csv.zip", f"{forms}/{form_id}/submissions.csv.zip?attachments=false")
            self.ask_json("geojson", f"{forms}/{form_id}/submissions.geojson")
            self.turn_pages(f"{forms}/{form_id}.svc/Submissions?$top=100&$count=true")
        since = (datetime.now(UTC) - NEW).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = f"$filter=__system/submissionDate%20gt%20{since}"
        self.read_archive("csv.zip, new photos", f"{forms}/{WITH_PHOTOS}/submissions.csv.zip?{query}")

    def read_archive(self, operation: str, path: str) -> None:
        archive = self.program.ask(operation, path)
        if archive is not None and zipfile.ZipFile(io.BytesIO(archive.body)).testzip() is not None:
            self.program.tally.fail(operation, "it is torn")

    def turn_pages(self, path: str) -> None:
        """By the server's own links."""
        for _ in range(MOST_PAGES):
            page = self.ask_json("OData page", path)
            path = str(page.get("@odata.nextLink", "")).replace(" ", "%20")
            if not path:
                return

    def ask_json(self, operation: str, path: str) -> dict[str, object]:
        answer = self.program.ask(operation, path)
        return dict(json.loads(answer.body)) if answer is not None else {}

    def look(self, turn: int) -> None:
        which = f"project={self.project_id}"
        for name, path in (("board", "/follow-ups"), ("visits due", "/follow-ups/list"), ("review list", "/review")):
            self.browser.ask(name, f"{path}?{which}")
        for zoom in ZOOMS:
            x, y = tile_of(*CENTRE, zoom)
            self.browser.ask("tile", f"/map/tiles/{zoom}/{x + turn % 2}/{y}.mvt?{which}&shift=wgs84")
