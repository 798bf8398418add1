"""The first half of the path, on real parts: an XLSForm goes out, JavaRosa fills it, the record is a pin in the right
village in real Chromium, is approved there, and reads the same by REST, OData and CSV. Then it is corrected on the phone.
"""

import csv
import io
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import openpyxl
import pytest
import requests
from playwright.sync_api import Browser

from server.models import Project
from server.publishing.phone_settings import settings_text
from tests.chromium import Watched, watch
from tests.phones.collectsim.csim import settings as phone_settings
from tests.phones.collectsim.csim.engine import Engine
from tests.phones.collectsim.csim.phone import Phone
from tests.phones.collectsim.csim.rules import Report
from tests.phones.office import Office
from tests.serving import (
    ADMIN_EMAIL,
    ADMIN_PASSWORD,
    RunningServer,
    database_setting,
    running_server,
    serve_environment,
)

WEST, EAST = "519901100201", "519901100202"  # two villages that share the meridian 105.23
BORDER = 105.23
REVIEWER_PASSWORD = "seven quiet fields"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("walk") / "data") as running:
        yield running


@pytest.fixture
def at_the_end() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def square(code: str, name: str, west: float, east: float) -> dict[str, object]:
    ring = [[west, 30.07], [east, 30.07], [east, 30.09], [west, 30.09], [west, 30.07]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


def import_villages(server: RunningServer, project: int, folder: Path) -> None:
    """Beside the running server, as an administrator would do it on the machine."""
    villages = [square(WEST, "西村", BORDER - 0.02, BORDER), square(EAST, "东村", BORDER, BORDER + 0.02)]
    file = folder / "villages.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": villages}), encoding="utf-8")
    words = ["import-boundaries", str(file), "--project", str(project), "--crs", "EPSG:4326", "--json"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "server.cli", *words, "--data", str(server.data_dir)],
        env=serve_environment(**database_setting(server.data_dir, fresh=False)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def a_workbook() -> bytes:
    """A household visit as somebody would draw it up in Excel."""
    book = openpyxl.Workbook()
    survey = book.active
    survey.title = "survey"
    survey.append(["type", "name", "label::中文 (zh)", "label::English (en)", "required", "parameters"])
    survey.append(["text", "door_code", "门牌编号", "Door code", "yes"])
    survey.append(["geopoint", "location", "位置", "Location", "yes"])
    survey.append(["image", "door_photo", "门口照片", "Photo of the door", "", "max-pixels=1024"])
    survey.append(["text", "remark", "备注", "Remark", ""])
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id", "version", "instance_name", "client_editable"])
    settings.append(["家庭走访", "home visit/走访.v1", "1", "${door_code}", "yes"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_reviewer(office: Office, admin: Watched, project: int) -> str:
    """A person who reviews the whole town, given the role on the project's page."""
    email = "reviewer@town.test"
    made = office.call("POST", "/users", json={"email": email, "password": REVIEWER_PASSWORD})
    admin.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)
    admin.page.goto(f"{admin.home}admin/projects/{project}")
    admin.page.select_option("#f-actor", str(made["id"]))
    admin.page.select_option("#f-role", "reviewer")
    admin.page.click(f"form[action='/admin/projects/{project}/roles'] button.primary")
    admin.page.wait_for_selector("td:has-text('reviewer')")
    return email


def upload(admin: Watched, project: int, folder: Path) -> None:
    """The workbook goes up as a draft and is published, on the pages."""
    file = folder / "visit.xlsx"
    file.write_bytes(a_workbook())
    admin.page.goto(f"{admin.home}forms?project={project}")
    admin.page.goto(f"{admin.home}forms/upload?project={project}")
    admin.page.set_input_files("input[name=file]", str(file))
    admin.page.click("form button.primary")
    admin.page.wait_for_selector("text=home visit/走访.v1")
    with admin.page.expect_navigation():
        admin.page.click("form[action*='publish'] button")


def a_phone(server: RunningServer, office: Office, project: int, form_id: str, folder: Path) -> Phone:
    made = office.call("POST", f"/projects/{project}/app-users", json={"displayName": "赵秀兰"})
    quoted = requests.utils.quote(form_id, safe="")
    office.call("POST", f"/projects/{project}/forms/{quoted}/assignments/app-user/{made['id']}")
    url = f"{server.api}/key/{made['token']}/projects/{project}"
    report = Report()
    text = settings_text(Project(name="禾川镇"), url)
    return Phone(str(folder / "phone"), phone_settings.read(text, report), report, Engine(), seed=7)


def hang_up(phone: Phone) -> None:
    for connections in phone.http.pool.values():
        for connection in connections:
            connection.close()


def point(lon: float) -> str:
    return f"30.0801 {lon} 412.0 4.5"


def pins(page: Watched, project: int) -> list[dict[str, object]]:
    answer = page.page.request.get(f"{page.home}map/features?project={project}")
    return [one["properties"] for one in answer.json()["features"]]


def test_from_a_phones_visit_to_a_pin_on_the_map(
    server: RunningServer, chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_the_end: ExitStack
) -> None:
    monkeypatch.setenv("COLLECTSIM_BUILD", str(tmp_path / "classes"))
    office, admin = Office(server), watch(chromium, server.url)
    at_the_end.callback(office.http.close)
    project = office.call("POST", "/projects", json={"name": "禾川镇", "kind": "care"})["id"]
    import_villages(server, project, tmp_path)
    email = make_reviewer(office, admin, project)
    upload(admin, project, tmp_path)
    form_id = "home visit/走访.v1"

    # filled by the real engine, sent as Collect sends it
    phone = a_phone(server, office, project, form_id, tmp_path)
    at_the_end.callback(hang_up, phone)
    phone.sync()
    assert phone.report.failed() == [], phone.report.fails
    record = phone.fill(form_id, {"location": point(BORDER - 0.004), "door_code": "A-0231", "remark": "=1+1"})
    phone.submit(record)
    assert phone.report.failed() == []

    # a pin in the right village, on the page
    desk = watch(chromium, server.url)
    desk.sign_in(email, REVIEWER_PASSWORD)
    desk.page.goto(f"{server.url}map?project={project}")
    desk.page.wait_for_selector("[data-village-map][data-ready=true][data-pins='1']")
    (pin,) = pins(desk, project)
    assert (pin["village"], pin["how"], pin["state"]) == (WEST, "inside", None) or pin["village"] == "西村"
    click_on_map(desk, BORDER - 0.004, 30.0801)
    desk.page.wait_for_selector("#panel article")
    assert "A-0231" in desk.page.inner_text("#panel")

    # approved there, and seen everywhere
    desk.page.click("#panel button[value=approved]")
    desk.page.wait_for_selector("#panel .block.good")
    reader = Reader(server, email, project, form_id)
    at_the_end.callback(reader.http.close)
    assert reader.rest()["reviewState"] == "approved"
    assert reader.odata()["__system"]["reviewState"] == "approved"
    assert reader.odata()["location"]["coordinates"][:2] == pytest.approx([BORDER - 0.004, 30.0801])
    row = reader.csv()
    assert (row["ReviewState"], row["door_code"], row["remark"]) == ("approved", "A-0231", "'=1+1")
    assert row["KEY"] == record["id"]

    # corrected on the phone: the pin moves, the history stays
    edited = phone.fill(form_id, {"location": point(BORDER + 0.006)}, edit=record)
    phone.submit(edited)
    (moved,) = pins(desk, project)
    assert moved["village"] in (EAST, "东村")
    assert moved["state"] == "edited"
    assert reader.rest()["instanceId"] == record["id"]
    assert [one["instanceId"] for one in reader.versions()] == [edited["id"], record["id"]]
    desk.page.goto(f"{server.url}map?project={project}")
    desk.page.wait_for_selector("[data-village-map][data-ready=true][data-pins='1']")
    click_on_map(desk, BORDER + 0.006, 30.0801)
    desk.page.wait_for_selector("#panel article")
    assert desk.is_clean(), (desk.complaints, desk.strangers)
    assert admin.is_clean(), (admin.complaints, admin.strangers)


def click_on_map(desk: Watched, lon: float, lat: float) -> None:
    """A click on the canvas where the pin is drawn: the map shows both villages whole, with 28 pixels around them."""
    box = desk.page.locator(".map-box canvas").bounding_box()
    assert box is not None
    west, south, east, north = (*mercator(BORDER - 0.02, 30.07), *mercator(BORDER + 0.02, 30.09))
    scale = min((box["width"] - 56) / (east - west), (box["height"] - 56) / (north - south))
    x, y = mercator(lon, lat)
    across = box["width"] / 2 + (x - (west + east) / 2) * scale
    down = box["height"] / 2 - (y - (south + north) / 2) * scale
    desk.page.mouse.click(box["x"] + across, box["y"] + down)


def mercator(lon: float, lat: float) -> tuple[float, float]:
    return math.radians(lon), math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


class Reader:
    """The reviewer's other ways to the same record."""

    def __init__(self, server: RunningServer, email: str, project: int, form_id: str) -> None:
        self.http = requests.Session()
        credentials = {"email": email, "password": REVIEWER_PASSWORD}
        token = self.http.post(f"{server.api}/sessions", json=credentials, timeout=30).json()["token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.form = f"{server.api}/projects/{project}/forms/{requests.utils.quote(form_id, safe='')}"

    def get(self, path: str) -> requests.Response:
        answer = self.http.get(self.form + path, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer

    def rest(self) -> dict[str, object]:
        (one,) = self.get("/submissions").json()
        return one

    def versions(self) -> list[dict[str, object]]:
        return self.get(f"/submissions/{self.rest()['instanceId']}/versions").json()

    def odata(self) -> dict[str, dict]:
        body = self.get(".svc/Submissions?$top=1&$count=true").json()
        assert body["@odata.count"] == 1
        return body["value"][0]

    def csv(self) -> dict[str, str]:
        (row,) = csv.DictReader(io.StringIO(self.get("/submissions.csv").text))
        return row
