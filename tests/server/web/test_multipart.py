"""Uploads taken apart: everything as werkzeug's own parser does it, whatever comes and however it is cut into reads."""

import io
import re
from collections.abc import Iterable
from itertools import product
from random import Random
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, MultiPartParser

from server.web.multipart import MOST_LIKENESSES, Delimiter, Delimiters, PartParser, UploadParser
from tests.client import Client
from tests.making import a_record

FIELD = b'Content-Disposition: form-data; name="a"'
DISPOSITION = b'Content-Disposition: form-data; name="xml_submission_file"; filename="s.xml"'
OKHTTP = (  # as Collect sends: no line break before the first, a length in each part
    b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="x.xml"\r\n'
    b"Content-Type: text/xml; charset=utf-8\r\n"
    b"Content-Length: 4\r\n\r\n"
    b"<a/>\r\n"
    b'--b\r\nContent-Disposition: form-data; name="1"; filename="\xe5\xa5\xb9.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n"
    b"Content-Length: 3\r\n\r\n"
    b"\xff\xd8\xff\r\n"
    b"--b--\r\n"
)


def one(
    content: bytes,
    head: bytes = DISPOSITION,
    mark: bytes = b"--b",
    line: bytes = b"\r\n",
    last: bytes = b"--b--\r\n",
) -> bytes:
    return mark + line + head + line + line + content + line + last


ODD = {
    "as Collect sends it": OKHTTP,
    "nothing": b"",
    "no last boundary": OKHTTP.removesuffix(b"--b--\r\n"),
    "cut off inside a header": OKHTTP[:40],
    "cut off inside a file": OKHTTP[:-12],
    "only the last boundary": b"--b--\r\n",
    "no line break at the end": OKHTTP.removesuffix(b"\r\n"),
    "a preamble": b"This is a message in MIME format.\r\n" + OKHTTP,
    "a preamble that looks like it": b"x--b\r\nno--b--\r\n\r\n" + OKHTTP,
    "an epilogue": OKHTTP + b"and more\r\n--b\r\n" + DISPOSITION + b"\r\n\r\nx",
    "lines that end with LF": one(b"<a/>", line=b"\n", last=b"--b--\n"),
    "lines that end with CR": one(b"<a/>", line=b"\r", last=b"--b--\r"),
    "lines that end with both kinds": b"--b\n" + DISPOSITION + b"\r\n\r\nx\n--b--",
    "spaces behind the boundary": one(b"x", mark=b"--b \t", last=b"--b-- \t\r\n"),
    "letters behind the boundary": one(b"x\r\n--bc\r\ny", last=b"--b--\r\n"),
    "letters behind the last boundary": one(b"x", last=b"--b--z\r\n"),
    "the boundary inside, no line of its own": one(b"x --b\r\ny--b--\r\n"),
    "the boundary without its dashes": one(b"x\r\nb\r\n-b\r\n"),
    "line breaks at the end of the content": one(b"\r\n\n\r\r\n\r\n"),
    "empty parts": one(b"", last=OKHTTP),
    "no content at all": b"--b\r\n" + DISPOSITION + b"\r\n\r\n--b--\r\n",
    "no blank line": b"--b\r\n" + DISPOSITION + b"\r\n--b--\r\n",
    "no disposition": one(b"x", head=b"Content-Type: text/xml"),
    "no name": one(b"x", head=b"Content-Disposition: form-data"),
    "a field": one(b"\xe5\xa5\xb9", head=FIELD),
    "a field in another charset": one(b"\xe9", head=FIELD + b"\r\nContent-Type: text/plain; charset=iso-8859-1"),
    "a field that is no UTF-8": one(b"\xff\xfe", head=FIELD),
    "quotes in a name": one(b"x", head=rb'Content-Disposition: form-data; name="a\"b"; filename="c\\d;\"e.jpg"'),
    "quotes as browsers write them": one(b"x", head=b'Content-Disposition: form-data; name="a%22b"; filename="c%22%0D%0A.jpg"'),
    "RFC 2231": one(b"x", head=b"Content-Disposition: form-data; name=a; filename*=UTF-8''%E5%A5%B9.jpg"),
    "RFC 2231 in pieces": one(b"x", head=b"Content-Disposition: form-data; name=a; filename*0=\"ab\"; filename*1=\"c.jpg\""),
    "a path as a name": one(b"x", head=rb'Content-Disposition: form-data; name="a"; filename="C:\dir\her.jpg"'),
    "a name that is no UTF-8": one(b"x", head=b'Content-Disposition: form-data; name="\xff"'),
    "a folded header": one(b"x", head=b'Content-Disposition: form-data;\r\n name="a";\r\n\tfilename="f"'),
    "a header without a colon": one(b"x", head=DISPOSITION + b"\r\nnonsense"),
    "a length that lies": one(b"x", head=DISPOSITION + b"\r\nContent-Length: 99999999999999999999"),
    "a very long header": one(b"x", head=DISPOSITION + b"\r\nX-Long: " + b"a" * 90_000),
    "headers without end": b"--b\r\n" + b"X-A: b\r\n" * 9_000,
    "too many parts": one(b"x") * 21,
    "a long field": one(b"x" * 200_000, head=FIELD),
    "a long file": one(b"\r\n--" * 30_000),
    "many that look like the boundary": one(b"\r\n--bc" * (MOST_LIKENESSES + 5)),
    "many that look like it in one line": one(b"--b" * (MOST_LIKENESSES + 5)),
    "many before the first": b"--bc" * (MOST_LIKENESSES + 5) + OKHTTP,
}  # fmt: skip


class Dripping(io.BytesIO):
    """A body that comes a few bytes at a time."""

    def __init__(self, body: bytes, most: int) -> None:
        super().__init__(body)
        self.most = most

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.most if size is None or size < 0 else min(size, self.most))


def taken_apart(parser: Any, body: bytes, boundary: bytes, most: int) -> Any:
    """All that came out, or what was raised."""
    try:
        fields, files = parser.parse(Dripping(body, most), boundary, len(body))
    except (ValueError, RequestEntityTooLarge) as error:
        return type(error), str(error)
    return list(fields.items(multi=True)), [
        (name, file.filename, list(file.headers), file.stream.read()) for name, file in files.items(multi=True)
    ]


def both(body: bytes, boundary: bytes = b"b", most: int = 1 << 16) -> tuple[Any, Any]:
    limits: dict[str, Any] = {"max_form_memory_size": 80_000, "max_form_parts": 20, "buffer_size": 64_000}
    limits["stream_factory"] = lambda **_said: io.BytesIO()
    return tuple(taken_apart(kind(**limits), body, boundary, most) for kind in (PartParser, MultiPartParser))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_upload_is_taken_apart_as_werkzeug_does(name: str) -> None:
    body = ODD[name]
    reads = (1, 2, 3, 5, 7, 11, 64, 1 << 16) if len(body) < 2_000 else (1_000, 1 << 16)
    for most in reads:
        ours, theirs = both(body, most=most)
        assert ours == theirs, (name, most)


def pieces(random: Random) -> Iterable[bytes]:
    known = [
        b"\r", b"\n", b"\r\n", b"--", b"--b", b"--b--", b"\r\n--b", b"\r\n--b\r\n", b"\n--b\n", b"\r\n--b--\r\n", b"-", b" ",
        b"b", b"\t", DISPOSITION + b"\r\n\r\n", b"\r\n--b\r\n" + DISPOSITION + b"\r\n\r\n", b"text", b"\x0b", b"\x00",
    ]  # fmt: skip
    return random.choices(known, k=random.randint(1, 14))


def test_bodies_put_together_at_random_are_taken_apart_as_werkzeug_does() -> None:
    random = Random(10)
    for number in range(600):
        body = random.choice((b"", b"--b\r\n" + DISPOSITION + b"\r\n\r\n")) + b"".join(pieces(random))
        for most in (1 + number % 9, 1 << 16):
            ours, theirs = both(body, most=most)
            assert ours == theirs, (body, most)


def test_the_boundary_may_hold_what_means_something_in_a_pattern() -> None:
    for boundary in (b"a.b", b"(", b"[a-z]+", b"a'()+_,-./:=?", b"\\d", b"--", b"-"):
        body = OKHTTP.replace(b"--b", b"--" + boundary) + b"\r\n--" + boundary.replace(b".", b"x") + b"\r\n"
        for most in (1, 1 << 16):
            ours, theirs = both(body, boundary, most)
            assert ours == theirs, boundary


def test_what_is_no_multipart_is_read_as_before() -> None:
    for mimetype, boundary in product(
        ("multipart/form-data", "application/x-www-form-urlencoded", "text/plain"), ("b", "", "她", None)
    ):
        options = {} if boundary is None else {"boundary": boundary}
        found = [
            [list(part.items(multi=True)) for part in kind().parse(io.BytesIO(b"a=1&b=%E5"), mimetype, 9, options)[1:]]
            for kind in (UploadParser, FormDataParser)
        ]
        assert found[0] == found[1]


def test_what_cannot_be_read_is_raised_for_who_wants_to_know() -> None:
    with pytest.raises(ValueError, match="cannot parse beyond"):
        UploadParser(silent=False).parse(io.BytesIO(b"--b"), "multipart/form-data", 3, {"boundary": "b"})


def test_no_upload_has_patterns_compiled_for_it(
    phone: Client, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a boundary of its own: a pattern for it is of no use to the next."""
    assert phone.send(project_id, a_record()).status_code == 201
    seen: list[Any] = []
    compiler = vars(re)["_compiler"]
    compile_ = compiler.compile
    monkeypatch.setattr(compiler, "compile", lambda *said: seen.append(said[0]) or compile_(*said))
    assert phone.send(project_id, a_record()).status_code == 201
    assert [one for one in seen if "WerkzeugFormPart" in str(one)] == []


def test_where_nearly_every_line_looks_like_the_boundary_a_pattern_looks() -> None:
    """It goes through them some thirty times as fast: nobody is to keep a thread busy with an upload of nothing else."""
    few, many = (bytearray(b"\r\n--bc" * number + b"\r\n--b\r\n") for number in (2, MOST_LIKENESSES))
    assert isinstance(Delimiters(b"b", at_start=False).search(few), Delimiter)
    assert isinstance(Delimiters(b"b", at_start=False).search(many), re.Match)


def test_the_application_takes_uploads_apart_with_it(app: Flask) -> None:
    assert app.request_class.form_data_parser_class is UploadParser
