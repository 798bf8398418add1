"""What a phone says by Digest, and what is believed of it."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.access import digest
from server.models import DigestUse
from tests.conftest import MORNING

# RFC 7616, 3.9.1 with MD5, but for the realm, which is ours.
HEADER = (
    'username="Mufasa", realm="Fangshi", uri="/dir/index.html", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcC",'
    ' nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{response}"'
)


def sign(secret: str, method: str = "GET") -> str:
    """Worked out here once more, after the RFC."""

    def h(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    nonce, cnonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcC", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    ha1, ha2 = h(f"Mufasa:Fangshi:{secret}"), h(f"{method}:/dir/index.html")
    return HEADER.format(response=h(f"{ha1}:{nonce}:00000001:{cnonce}:auth:{ha2}"))


def test_who_knows_the_password_is_told_from_who_does_not() -> None:
    said = digest.read_said(sign("Circle of Life"))
    assert said is not None and (said.username, said.uri, said.number) == ("Mufasa", "/dir/index.html", 1)
    assert digest.fits(said, "Circle of Life", "GET")
    assert not digest.fits(said, "Circle of Life", "POST"), "signed for another method"
    assert not digest.fits(said, "circle of life", "GET")
    assert not digest.fits(said._replace(uri="/dir/other.html"), "Circle of Life", "GET")
    assert not digest.fits(said._replace(nc="00000002"), "Circle of Life", "GET")
    assert not digest.fits(said._replace(response="ÿ" * 32), "Circle of Life", "GET")


@pytest.mark.parametrize(
    "change",
    [
        ('realm="Fangshi"', 'realm="Elsewhere"'),
        ("qop=auth", "qop=auth-int"),
        ("qop=auth, ", ""),
        ("algorithm=MD5", "algorithm=SHA-256"),
        ("nc=00000001", "nc=1"),
        ("nc=00000001", "nc=0000000g"),
        ("nc=00000001", "nc=00000001, nc=00000002"),
        ('uri="/dir/index.html"', 'uri="/dir/index.html'),
        ('cnonce="', 'other="'),
        ("qop=auth", "qop=auth, userhash=true"),
        ("username=", "username*="),
    ],
)
def test_what_is_no_answer_to_our_challenge_is_not_read(change: tuple[str, str]) -> None:
    assert digest.read_said(sign("x")) is not None
    assert digest.read_said(sign("x").replace(*change)) is None
    assert digest.read_said("") is None


def test_a_header_may_be_quoted_and_spaced_in_every_allowed_way() -> None:
    said = digest.read_said(sign("x").replace("qop=auth", 'qop="auth"').replace(", ", " ,\t").replace("MD5", '"md5"'))
    assert said == digest.read_said(sign("x"))
    escaped = digest.read_said(sign("x").replace('"Mufasa"', r'"Mu\"fa\\sa"'))
    assert escaped is not None and escaped.username == 'Mu"fa\\sa'


def test_a_nonce_is_ours_and_good_for_minutes() -> None:
    key = b"k" * 32
    nonce = digest.make_nonce(key, MORNING)
    assert digest.is_fresh(key, nonce, MORNING) and nonce != digest.make_nonce(key, MORNING)
    assert digest.is_fresh(key, nonce, MORNING + digest.NONCE_LIFE)
    assert not digest.is_fresh(key, nonce, MORNING + digest.NONCE_LIFE + timedelta(seconds=1))
    assert not digest.is_fresh(key, nonce, MORNING - timedelta(minutes=2))
    assert not digest.is_fresh(b"other" * 7, nonce, MORNING)
    later = f"{int((MORNING + timedelta(days=1)).timestamp()):x}{nonce[nonce.index('-') :]}"
    assert not digest.is_fresh(key, later, MORNING + timedelta(days=1)), "nobody else dates one"
    for wrong in ("", "-", "x-y-z", "ÿ", nonce.upper(), f"zz-{'0' * 24}-{'0' * 32}"):
        assert not digest.is_fresh(key, wrong, MORNING)


def test_each_count_of_a_nonce_is_taken_once_and_forgotten_when_the_nonce_is_over(db: Session) -> None:
    said = digest.read_said(sign("x"))
    assert said is not None
    digest.use_up(db, said, MORNING)
    digest.use_up(db, said._replace(nc="00000002"), MORNING)
    digest.use_up(db, said._replace(nonce="other"), MORNING)
    db.commit()
    with pytest.raises(IntegrityError):
        digest.use_up(db, said._replace(nc="00000002".upper(), cnonce="other"), MORNING + digest.NONCE_LIFE)
    db.rollback()
    digest.use_up(db, said._replace(nonce="third"), MORNING + 2 * digest.NONCE_LIFE)
    assert len(db.scalars(select(DigestUse)).all()) == 1
