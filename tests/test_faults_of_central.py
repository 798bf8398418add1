"""What ODK Central is known to do wrong, by HTTP against a server as it is really run: here it is right.

A resend that races its first POST, truncated XML, live formulas and places of photos in exports, one bad coordinate, a wrong
JSON type, U+0000, a negative `$top`. On PostGIS several processes answer, on SpatiaLite several threads of one.
"""

import csv
import io
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import openpyxl
import pytest
import requests

from tests.forms.photos.pictures import SECRET, a_jpeg, exif
from tests.making import a_record, an_xform, new_id
from tests.served_project import sign_in
from tests.serving import RunningServer, running_server
from tests.sizes import size

AT_ONCE = 6
FORMULA = "=cmd|' /C calc'!A0"
JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}


class Served(NamedTuple):
    """A running server with the form `visit`: the form's address, an administrator, and a phone's address to send to."""

    server: RunningServer
    form: str
    office: requests.Session
    phone: str

    def send(self, xml: bytes, files: dict[str, bytes] | None = None) -> requests.Response:
        parts: dict[str, Any] = {"xml_submission_file": ("x.xml", xml, "text/xml")}
        parts |= {name: (name, content, "image/jpeg") for name, content in (files or {}).items()}
        return requests.post(f"{self.phone}/submission?deviceID=collect:test", files=parts, timeout=60)

    def sent(self, **answers: Any) -> str:
        """A record of a phone's; its id."""
        instance_id = new_id()
        files = answers.pop("files", None)
        answer = self.send(a_record(instance_id=instance_id, **answers), files)
        assert answer.status_code == 201, answer.text
        return instance_id

    def get(self, path: str) -> requests.Response:
        """Below the form's address."""
        return self.office.get(self.form + path, timeout=60)

    def ids(self) -> list[str]:
        return [one["instanceId"] for one in self.get("/submissions").json()]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with running_server(tmp_path_factory.mktemp("faults") / "data") as server:
        office = requests.Session()
        office.headers.update(sign_in(server))
        project = office.post(f"{server.api}/projects", json={"name": "镇"}).json()["id"]
        forms = f"{server.api}/projects/{project}/forms"
        made = office.post(f"{forms}?publish=true&ignoreWarnings=true", data=an_xform(), headers=XML)
        assert made.status_code == 200, made.text
        phone = office.post(f"{server.api}/projects/{project}/app-users", json={"displayName": "手机"}).json()
        assert office.post(f"{forms}/visit/assignments/2/{phone['id']}").status_code == 200
        yield Served(server, f"{forms}/visit", office, f"{server.api}/key/{phone['token']}/projects/{project}")


def test_a_resend_that_races_its_first_post_is_the_same_record(served: Served) -> None:
    assert len(served.server.workers()) >= (2 if served.server.uses_postgresql else 1)
    before = len(served.ids())
    for _ in range(size("post_races")):
        xml, ready = a_record(photo="1.jpg"), threading.Barrier(AT_ONCE)

        def post(xml: bytes = xml, ready: threading.Barrier = ready) -> int:
            ready.wait()
            return served.send(xml, {"1.jpg": b"\xff\xd8\xff" * 9}).status_code

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [one.result() for one in [pool.submit(post) for _ in range(AT_ONCE)]]
        assert answers == [201] * AT_ONCE
    assert len(served.ids()) == before + size("post_races")


def test_a_record_that_is_cut_anywhere_is_refused_and_not_kept(served: Served) -> None:
    before = served.ids()
    whole = a_record(note="这是一条完整的记录", members=[("甲", "3"), ("乙", "4")])
    for end in [*range(0, len(whole) - 1, 50), len(whole) - 1]:
        assert served.send(whole[:end]).status_code == 400, whole[:end]
        assert served.office.post(f"{served.form}/submissions", data=whole[:end], headers=XML).status_code == 400
    assert served.ids() == before
    assert served.send(whole).status_code == 201


def test_no_table_that_leaves_holds_a_live_formula(served: Served) -> None:
    served.sent(note=FORMULA, village=FORMULA, members=[(FORMULA, "1")])
    tables = [served.get("/submissions.csv").content]
    with zipfile.ZipFile(io.BytesIO(served.get("/submissions.csv.zip").content)) as archive:
        tables += [archive.read(name) for name in archive.namelist() if name.endswith(".csv")]
    cells = [cell for one in tables for row in csv.reader(io.StringIO(one.decode())) for cell in row]
    book = openpyxl.load_workbook(io.BytesIO(served.get("/submissions.xlsx").content))
    in_book = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert FORMULA not in cells and "'" + FORMULA in cells
    assert not [cell.value for cell in in_book if cell.data_type == "f" or cell.value == FORMULA]


def test_no_photo_that_leaves_tells_where_it_was_taken(served: Served) -> None:
    photo = a_jpeg(exif(6))
    assert SECRET in photo
    one = served.sent(photo="p.jpg", files={"p.jpg": photo})
    given = served.get(f"/submissions/{one}/attachments/p.jpg").content
    with zipfile.ZipFile(io.BytesIO(served.get("/submissions.csv.zip").content)) as archive:
        media = [archive.read(name) for name in archive.namelist() if name.startswith("media/")]
    assert given.startswith(b"\xff\xd8\xff") and SECRET not in given
    assert media and not any(SECRET in content for content in media)


@pytest.mark.parametrize("bad", ["NaN NaN", "1e400 3", "30", "北 东", "91 181 0 0", "__proto__ 1"])
def test_a_bad_coordinate_costs_only_its_own_record_its_place(served: Served, bad: str) -> None:
    good, poor = served.sent(gps="30.1 104.5 512.3 4.7"), served.sent(gps=bad)
    answer = served.get("/submissions.geojson")
    assert answer.status_code == 200
    places = {one["id"]: one["geometry"] for one in answer.json()["features"]}
    assert places[good] == {"type": "Point", "coordinates": [104.5, 30.1, 512.3]}
    assert places[poor] is None
    rows = {one["__id"]: one["gps"] for one in served.get(".svc/Submissions").json()["value"]}
    assert rows[good]["coordinates"] == [104.5, 30.1, 512.3]


WRITES = (
    ("POST", "sessions", "email"),
    ("POST", "users", "email"),
    ("POST", "projects", "name"),
    ("PATCH", "{project}", "name"),
    ("POST", "{project}/app-users", "displayName"),
    ("POST", "{project}/datasets", "name"),
    ("PATCH", "{form}", "state"),
    ("PATCH", "{form}/submissions/{record}", "reviewState"),
    ("POST", "{form}/submissions/{record}/comments", "body"),
)
WRONG = ({"a": 1}, ["x"], 7, True, [None])


def test_a_wrong_json_type_is_refused_and_ends_no_process(served: Served) -> None:
    record, before = served.sent(), served.server.workers()
    for method, path, field in WRITES:
        for wrong in WRONG:
            answer = ask(served, record, method, path, json={field: wrong, "password": "x"})
            assert 400 <= answer.status_code < 500, (path, wrong, answer.text)
            assert answer.json()["code"] in (400.11, 400.3), (path, wrong, answer.text)
        for body in ("[]", "7", '"x"', "null", "{"):
            assert ask(served, record, method, path, data=body, headers=JSON).status_code == 400, (path, body)
    assert served.server.workers() == before


def test_a_zero_character_is_refused_everywhere(served: Served) -> None:
    record, ids = served.sent(), served.ids()
    for method, path, field in WRITES:
        answer = ask(served, record, method, path, json={field: "a\0b", "password": "x"})
        assert answer.status_code == 400, (path, answer.text)
    for path in (
        "/submissions/%00",
        "/submissions?limit=%00",
        ".svc/Submissions?$filter=note eq '%00'",
        "/fields?x=%00",
    ):
        assert served.get(path).status_code < 500, path
    for zero in (b"\0", b"&#0;", b"&#x0;"):
        xml = a_record(note="x").replace(b"<note>x", b"<note>" + zero)
        assert served.send(xml).status_code == 400, zero
    assert served.ids() == ids


def ask(served: Served, record: str, method: str, path: str, **how: Any) -> requests.Response:
    project, _, form = served.form.removeprefix(f"{served.server.api}/").partition("/forms/")
    address = path.format(project=project, form=f"{project}/forms/{form}", record=record)
    return served.office.request(method, f"{served.server.api}/{address}", timeout=60, **how)


@pytest.mark.parametrize("option", ["$top=-1", "$skip=-1", "$top=1e9", "$top=x", "$top=99999999999999999999999"])
def test_a_page_of_no_possible_size_is_refused(served: Served, option: str) -> None:
    answer = served.get(f".svc/Submissions?{option}")
    assert (answer.status_code, answer.json()["code"]) == (400, 400.11)
    assert served.get(f"/submissions?{option.replace('$top', 'limit').replace('$skip', 'offset')}").status_code == 400
