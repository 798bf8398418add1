"""The demo's way in: a real server on the loopback, asked over HTTP as phones and browsers ask it, while months pass.

The records of half a year are sent in a minute. So that they carry the instants of that half year, the clock of this
process is moved on from record to record; it is a process of its own, and nothing else runs in it.
"""

import http.client
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

from werkzeug.serving import make_server

from server import clock, create_app
from server.config import Config
from server.db import Database

LOOPBACK = "127.0.0.1"
BOUNDARY = "a-demo-record-1f7c5d0e6b"  # one for all: the server compiles its patterns for a boundary anew for each


class DemoRefused(Exception):
    """The server's own doors did not take what the demo sent: the demo is of no use then. Says what they answered."""


class MovingClock:
    """The instant that this process takes for now."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def move_to(self, instant: datetime) -> None:
        """Forward only: a server whose clock runs backwards is another test's business."""
        self.instant = max(self.instant, instant)


@contextmanager
def moved_clock(instant: datetime) -> Iterator[MovingClock]:
    """Puts a moving clock in place of the machine's, and gives that back at the end."""
    moving, real = MovingClock(instant), clock.now
    clock.now = moving.now
    try:
        yield moving
    finally:
        clock.now = real


class Door:
    """A connection to the demo's server."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)

    def send_record(self, key: str, project_id: int, device: str, xml: bytes, files: dict[str, bytes]) -> None:
        """POST a record as ODK Collect does. Raises DemoRefused unless the answer is 201."""
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "X-OpenRosa-Version": "1.0"}
        path = f"/v1/key/{key}/projects/{project_id}/submission?deviceID={quote(device)}"
        self._ask("POST", path, headers, _multipart(xml, files), 201)

    def ask_json(self, method: str, path: str, body: Any, token: str | None = None) -> Any:
        """One REST request below /v1. Raises DemoRefused unless the answer is 200."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return json.loads(self._ask(method, f"/v1{path}", headers, json.dumps(body).encode(), 200))

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes, wanted: int) -> bytes:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != wanted:
            shown = content[:300].decode("utf-8", "replace")
            raise DemoRefused(f"{method}: {answer.status} {shown}")
        return content


def _multipart(xml: bytes, files: dict[str, bytes]) -> bytes:
    parts = [("xml_submission_file", "record.xml", "text/xml", xml)]
    parts += [(name, name, "text/csv", content) for name, content in files.items()]
    lines: list[bytes] = []
    for name, file_name, kind, content in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        lines += [f"{head}Content-Type: {kind}\r\n\r\n".encode(), content, b"\r\n"]
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])


@contextmanager
def open_door(config: Config, database: Database) -> Iterator[Door]:
    """A server of this data folder on a free port of the loopback, for as long as the block runs."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each of thousands of records helps nobody
    server = make_server(LOOPBACK, 0, create_app(config, database), threaded=False)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    door = Door(server.server_port)
    try:
        yield door
    finally:
        door.close()
        server.shutdown()
        running.join()
        server.server_close()
