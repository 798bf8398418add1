"""What the office does with records that it returns, by the buttons of its pages."""

import requests

from tests.walks.test_phone_to_reminder import Walk


def press(walk: Walk, office: requests.Session, path: str, **fields: str) -> None:
    """What a button of a page sends."""
    office.cookies.clear()
    answer = office.post(f"{walk.server.url.rstrip('/')}{path}", data=fields, timeout=60, allow_redirects=False)
    assert answer.status_code == 303, answer.text
