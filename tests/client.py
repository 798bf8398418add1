"""An HTTP client of the app under test, signed in by a Bearer token, a key URL, or not at all."""

import base64
import io
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from server import clock
from server.access.sessions import open_session
from server.db import Database


class Client:
    """`get`, `post`, … take a path below /v1 and give werkzeug's response; `json` bodies are sent as such."""

    def __init__(self, app: Flask, token: str | None = None, key: str | None = None) -> None:
        self.inner = app.test_client()
        self.prefix = f"/v1/key/{key}" if key else "/v1"
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    @classmethod
    def signed_in(cls, app: Flask, database: Database, actor_id: int) -> "Client":
        with database.transaction() as db:
            token, _ = open_session(db, actor_id, clock.now())
        return cls(app, token=token)

    @classmethod
    def by_password(cls, app: Flask, email: str, password: str, https: bool = True) -> "Client":
        """Each request carries the password, as Basic does."""
        client = cls(app)
        client.headers = {"Authorization": "Basic " + base64.b64encode(f"{email}:{password}".encode()).decode()}
        if https:
            client.headers["X-Forwarded-Proto"] = "https"
        return client

    def open(self, method: str, path: str, **how: Any) -> TestResponse:
        headers = {**self.headers, **how.pop("headers", {})}
        return self.inner.open(self.prefix + path, method=method, headers=headers, buffered=True, **how)

    def get(self, path: str, **how: Any) -> TestResponse:
        return self.open("GET", path, **how)

    def post(self, path: str, **how: Any) -> TestResponse:
        return self.open("POST", path, **how)

    def put(self, path: str, **how: Any) -> TestResponse:
        return self.open("PUT", path, **how)

    def patch(self, path: str, **how: Any) -> TestResponse:
        return self.open("PATCH", path, **how)

    def delete(self, path: str, **how: Any) -> TestResponse:
        return self.open("DELETE", path, **how)

    def send(self, project_id: int, xml: bytes, files: dict[str, bytes] | None = None, **how: Any) -> TestResponse:
        """A submission as Collect posts it: part name = file name."""
        data: dict[str, Any] = {"xml_submission_file": (io.BytesIO(xml), "submission.xml", "text/xml")}
        for name, content in (files or {}).items():
            data[name] = (io.BytesIO(content), name, "image/jpeg")
        path = how.pop("path", f"/projects/{project_id}/submission?deviceID=collect:test")
        return self.post(path, data=data, content_type="multipart/form-data", **how)
