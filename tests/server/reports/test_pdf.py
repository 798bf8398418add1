"""A page as a PDF: by our own style sheets, with its letters inside, fetching nothing; what goes wrong harms nobody."""

import re
import zlib

from server.reports import pdf
from server.reports.pdf import print_pdf

PAGE = (
    '<!doctype html><html lang="zh-Hans"><title>月会</title><body><h1>月会材料</h1><p class="many">{}</p></body></html>'
)


def opened(made: bytes) -> bytes:
    """With what is packed in it unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    return made + b"".join(zlib.decompressobj().decompress(one) for one in packed if one[:1] == b"x")


def pages_of(made: bytes) -> int:
    return int(max(re.findall(rb"/Count (\d+)", opened(made))))


def test_a_page_becomes_a_pdf_with_its_letters_inside(tmp_path):
    made = print_pdf(PAGE.format("字"), [])
    assert made is not None and made.startswith(b"%PDF") and b"/FontFile" in opened(made) and pages_of(made) == 1
    style = tmp_path / "own.css"
    style.write_text("@page { size: A5; } .many { break-before: page; }")
    styled = print_pdf(PAGE.format("字"), [style])
    assert styled is not None and pages_of(styled) == 2


def test_it_fetches_nothing(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    inside = f'<img src="file://{secret}"><link rel=attachment href="file://{secret}"><img src="http://127.0.0.1:9/x">'
    made = print_pdf(PAGE.format(inside), [])
    assert made is not None and b"SECRET" not in opened(made) and b"EmbeddedFile" not in opened(made)


def test_what_cannot_be_made_is_none(tmp_path, monkeypatch):
    assert print_pdf(PAGE.format("字"), [tmp_path / "missing.css"]) is None
    monkeypatch.setattr(pdf, "WALL_SECONDS", 0.01)
    assert print_pdf(PAGE.format("字"), []) is None
