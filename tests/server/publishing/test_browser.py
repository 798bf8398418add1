from server.models import FormVersion
from server.publishing import browser
from server.publishing.browser import is_for_phones_only, obstacles_of
from tests.making import an_xform

UPLOAD = b'mediatype="image/*"'


def a_version(xml: bytes, sha256: str) -> FormVersion:
    return FormVersion(xml=xml, sha256=sha256)


def test_a_version_is_for_phones_only_when_something_fails_in_the_browser():
    plain, film = an_xform(), an_xform().replace(UPLOAD, b'mediatype="video/*"')
    assert not is_for_phones_only(a_version(plain, "plain"))
    assert is_for_phones_only(a_version(film, "film"))
    drawn = an_xform().replace(UPLOAD, UPLOAD + b' appearance="draw"')
    assert obstacles_of(a_version(drawn, "drawn")) and not is_for_phones_only(a_version(drawn, "drawn"))


def test_a_version_is_read_once_and_the_oldest_are_forgotten(monkeypatch):
    read = []
    monkeypatch.setattr(browser, "read_obstacles", lambda xml: read.append(xml) or [])
    for number in [*range(browser.KEPT + 1), browser.KEPT, 0]:
        obstacles_of(a_version(b"<a/>", f"version {number}"))
    assert len(read) == browser.KEPT + 2
