"""What a browser says of a page that tried what it may not: little is believed, nothing that anybody answered is kept."""

import logging

import pytest

from server.web import policy_reports
from server.web.policy_reports import LINES_A_MINUTE, MOST_BYTES, Pace
from tests.client import Client
from tests.conftest import MORNING

SECRET = "王芳"


@pytest.fixture(autouse=True)
def fresh_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_reports, "PACE", Pace())


def report(**more: str) -> dict[str, object]:
    body = {"effective-directive": "script-src-elem", "blocked-uri": "inline", **more}
    return {"csp-report": {"document-uri": f"http://localhost/review/77?q={SECRET}", "script-sample": SECRET, **body}}


def send(client: Client, sent: object) -> int:
    return client.inner.post("/policy-report", json=sent, content_type="application/csp-report").status_code


def test_a_report_becomes_one_line_without_anybody_s_words(as_nobody: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert send(as_nobody, report()) == 204
    assert send(as_nobody, [{"type": "csp-violation", "body": {"documentURL": "http://localhost/me"}}]) == 204
    assert [one.getMessage() for one in caplog.records if one.name == "fangshi.policy"] == [
        "a page tried what its policy forbids: script-src-elem, inline, on /review/<int(max=9007199254740991):submission_id>",
        "a page tried what its policy forbids: unknown, unknown, on /me",
    ]


@pytest.mark.parametrize(
    "sent",
    [
        report(
            **{"blocked-uri": f"https://evil.example/{SECRET}", "effective-directive": f"{SECRET}\n2026 forged line"}
        ),
        report(**{"document-uri": f"http://[{SECRET}", "blocked-uri": SECRET}),
        {"csp-report": {"document-uri": 7, "effective-directive": [], "blocked-uri": {}}},
        {"csp-report": "x"},
        [[[]], 3, None, {}],
        "words",
    ],
)
def test_nothing_of_what_was_sent_is_written(as_nobody: Client, caplog: pytest.LogCaptureFixture, sent: object) -> None:
    assert send(as_nobody, sent) == 204
    assert SECRET not in caplog.text and "forged" not in caplog.text


def test_what_is_no_report_is_refused(as_nobody: Client) -> None:
    for body in (b"", b"{", b"\xff", b"{" * MOST_BYTES, b" " * (MOST_BYTES + 1)):
        answer = as_nobody.inner.post("/policy-report", data=body, content_type="application/csp-report")
        assert answer.status_code == 400 and answer.json["message"]


def test_however_many_are_sent_the_log_gets_some_lines_a_minute(
    as_nobody: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(LINES_A_MINUTE + 5):
        assert send(as_nobody, [report(), report()]) == 204
    assert len([one for one in caplog.records if one.name == "fangshi.policy"]) == LINES_A_MINUTE


def test_another_minute_has_lines_of_its_own() -> None:
    pace = Pace()
    assert [pace.allows(MORNING) for _ in range(LINES_A_MINUTE + 1)] == [True] * LINES_A_MINUTE + [False]
    assert pace.allows(MORNING.replace(minute=MORNING.minute + 1))


def test_every_page_names_where_browsers_report(as_nobody: Client) -> None:
    policy = as_nobody.inner.get("/sign-in").headers["Content-Security-Policy"]
    assert policy.endswith(f"report-uri {policy_reports.ADDRESS}")
