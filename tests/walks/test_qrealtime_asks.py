"""What QRealTime, a plugin of QGIS, sends: a sign-in, addresses with a slash at their end, a form and its records as a layer."""

from typing import Any
from urllib.parse import urljoin

import requests

from tests.client import Client
from tests.conftest import PASSWORD
from tests.making import an_xform
from tests.server.reports.census import Send

KIND = {"Content-Type": "application/json"}


class Plugin:
    """As it joins addresses: relative to what the person typed, which ends in a slash or not."""

    def __init__(self, address: str) -> None:
        self.address = address
        sent = {"email": "bob@example.test", "password": PASSWORD}
        reply = requests.post(urljoin(address, "v1/sessions"), json=sent, headers=KIND, timeout=60)
        self.bearer = {"Authorization": f"Bearer {reply.json()['token']}"}

    def get(self, path: str, **headers: str) -> requests.Response:
        address = urljoin(self.address, path)
        reply = requests.get(address, headers=self.bearer | headers, timeout=60, allow_redirects=False)
        assert reply.status_code == 200, (path, reply.text)
        return reply


def flatten(row: dict[str, Any]) -> dict[str, Any]:
    """All of a record's members in one row, whatever group they are in: what the plugin makes of one."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat |= flatten(value) if isinstance(value, dict) else {name: value}
    return flat


def test_a_layer_is_filled_from_a_form(tls_address: str, project_id: int, send: Send) -> None:
    sent = send({"audit.csv": b"event\n"}, size="3", gps="30.5 104.5 500 4", audit="audit.csv")
    plugin = Plugin(tls_address + "/")
    assert [one["id"] for one in plugin.get("v1/projects/").json()] == [project_id]
    base = f"v1/projects/{project_id}/forms/"
    (form,) = plugin.get(base).json()
    assert form["xmlFormId"] == "census" and {"name", "enketoOnceId"} <= form.keys()
    assert b"<h:html" in plugin.get(f"{base}census.xml").content
    extended = {"X-Extended-Metadata": "true"}
    assert plugin.get(f"{base}census", **extended).json()["submissions"] == 1

    (row,) = plugin.get(f"{base}census.svc/Submissions").json()["value"]
    flat = flatten(row)
    assert (flat["__id"], flat["type"], flat["coordinates"]) == (sent, "Point", [104.5, 30.5, 500.0])
    assert flat["submissionDate"].index(".") and flat["attachmentsPresent"] == 1
    files = plugin.get(f"{base}census/submissions/{sent}/attachments").json()
    assert plugin.get(f"{base}census/submissions/{sent}/attachments/{files[0]['name']}").content == b"event\n"


def test_a_layer_becomes_a_form_that_is_out_at_once(tls_address: str, project_id: int, as_bob: Client) -> None:
    plugin = Plugin(tls_address)
    address = urljoin(tls_address, f"v1/projects/{project_id}/forms?ignoreWarnings=true&publish=true")
    kind = {"Content-Type": "application/xml"}
    made = requests.post(address, data=an_xform(), headers=plugin.bearer | kind, timeout=60, allow_redirects=False)
    assert (made.status_code, made.json()["xmlFormId"]) == (200, "visit")
    assert made.json()["publishedAt"] is not None
    again = requests.post(address, data=an_xform(), headers=plugin.bearer | kind, timeout=60)
    assert again.status_code == 409, "the plugin says that the form is there"


def test_qgis_itself_opens_the_maps(tls_address: str, project_id: int, send: Send) -> None:
    send(size="3", gps="30.5 104.5 500 4")
    send(size="3", gps="95 1e400 0 0")
    address = f"{tls_address}/v1/projects/{project_id}/forms/census/submissions.geojson"
    found = requests.get(address, auth=("bob@example.test", PASSWORD), timeout=60).json()
    assert [one["geometry"] and one["geometry"]["type"] for one in found["features"]] == [None, "Point"]
