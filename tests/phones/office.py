"""The office's side of a test with phones: what an administrator does by REST in Central's shapes before phones begin."""

from dataclasses import dataclass
from typing import Any

import requests

from tests.serving import ADMIN_EMAIL, ADMIN_PASSWORD, RunningServer


@dataclass
class Phone:
    """An app user and the address that goes into Collect's settings."""

    id: int
    url: str


class Office:
    """An administrator's session. Every call raises AssertionError with the server's words unless it was a success."""

    def __init__(self, server: RunningServer) -> None:
        self.api = server.api
        self.http = requests.Session()
        credentials = {"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
        token = self.call("POST", "/sessions", json=credentials)["token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, self.api + path, timeout=60, **body)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content

    def make_project(self, name: str) -> int:
        """A plain project's id."""
        number: int = self.call("POST", "/projects", json={"name": name})["id"]
        return number

    def publish(self, project: int, xml: str, media: dict[str, bytes] | None = None) -> str:
        """Publishes a form definition with its media; the form's id."""
        made = self.call(
            "POST",
            f"/projects/{project}/forms?ignoreWarnings=true",
            data=xml.encode(),
            headers={"Content-Type": "application/xml"},
        )
        form_id: str = made["xmlFormId"]
        for name, data in (media or {}).items():
            self.call("POST", f"/projects/{project}/forms/{form_id}/draft/attachments/{name}", data=data)
        self.call("POST", f"/projects/{project}/forms/{form_id}/draft/publish")
        return form_id

    def make_phone(self, project: int, *form_ids: str) -> Phone:
        """An app user that may fill the forms."""
        made = self.call("POST", f"/projects/{project}/app-users", json={"displayName": "phone"})
        for form_id in form_ids:
            self.call("POST", f"/projects/{project}/forms/{form_id}/assignments/app-user/{made['id']}")
        return Phone(made["id"], f"{self.api}/key/{made['token']}/projects/{project}")

    def instance_ids(self, project: int, form_id: str) -> list[str]:
        return [row["instanceId"] for row in self.call("GET", f"/projects/{project}/forms/{form_id}/submissions")]
