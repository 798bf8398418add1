"""What is kept of an answer to F9: what somebody was asked in words, and nothing that the phone noted by itself."""

from typing import Any

from forms.schema import Field, FormSchema
from server.registry.feedback_told import read_told

ASKED = {"zh": "问"}
SCHEMA = FormSchema(
    (
        Field("deviceid", "/deviceid", "string"),
        Field("start", "/start", "dateTime"),
        Field("met_at", "/met_at", "dateTime", labels=ASKED),
        Field("where", "/where", "geopoint", labels=ASKED),
        Field("face", "/face", "binary", binary=True, labels=ASKED),
        Field("text", "/text", "string", labels=ASKED),
        Field("page", "/page", "structure", labels=ASKED),
        Field("felt_pressured", "/page/felt_pressured", "string", labels=ASKED),
        Field("reply_channel", "/page/reply_channel", "string", labels=ASKED),
        Field("paper_code", "/page/paper_code", "string", labels=ASKED),
        Field("each", "/each", "repeat", labels=ASKED),
        Field("said", "/each/said", "string", labels=ASKED),
        Field("when", "/each/when", "time", labels=ASKED),
    )
)


def told(**answers: Any) -> Any:
    return read_told(answers, SCHEMA)


def test_a_minute_a_place_a_face_and_a_phones_name_are_not_kept() -> None:
    found = told(deviceid="collect:1", start="2026-03-02T09:00", met_at="x", where="30 105", face="1.jpg", text="话")

    assert found.answers == {"text": "话"}


def test_how_to_reach_somebody_and_the_paper_code_are_apart_from_the_answers() -> None:
    found = told(page={"felt_pressured": "yes", "reply_channel": " 微信 ", "paper_code": " p-0231"})

    assert found.answers == {"page": {"felt_pressured": "yes"}}
    assert (found.reply_channel, found.paper_code, found.urgent) == ("微信", "P-0231", True)


def test_rows_of_a_repeat_keep_what_was_said_and_lose_when() -> None:
    assert told(each=[{"said": "一", "when": "09:00"}, {"said": "二", "when": None}]).answers == {
        "each": [{"said": "一"}, {"said": "二"}]
    }


def test_an_empty_record_tells_nothing_and_is_not_urgent() -> None:
    found = told()

    assert (found.answers, found.urgent, found.paper_code, found.reply_channel) == ({}, False, "", "")
