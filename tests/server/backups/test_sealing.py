"""The outside of an archive: what went in comes out, whatever its length, and only with the private half."""

import io

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from server.backups import BackupBroken, BackupRefused
from server.backups.sealing import START, ArchiveWriter, open_archive
from server.sealed_files import PIECE, TAG_BYTES

KEY = X25519PrivateKey.from_private_bytes(b"k" * 32)


def sealed(data: bytes) -> bytes:
    target = io.BytesIO()
    writer = ArchiveWriter(target, KEY.public_key())
    for start in range(0, len(data), 1000):
        writer.write(data[start : start + 1000])
    writer.finish()
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7])
def test_any_length_comes_back(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    assert open_archive(io.BytesIO(sealed(data)), KEY).read() == data


def test_the_same_bytes_never_lie_the_same_way_twice() -> None:
    assert sealed(b"x" * 100) != sealed(b"x" * 100)


def test_pieces_that_changed_places_are_noticed() -> None:
    whole, one = sealed(b"a" * PIECE + b"b" * PIECE + b"c"), PIECE + TAG_BYTES
    first, second = whole[START : START + one], whole[START + one : START + 2 * one]
    with pytest.raises(BackupBroken):
        open_archive(io.BytesIO(whole[:START] + second + first + whole[START + 2 * one :]), KEY).read()


def test_an_end_that_is_missing_or_longer_is_noticed_at_a_piece_s_border_too() -> None:
    whole, one = sealed(b"a" * PIECE + b"b" * PIECE + b"c"), PIECE + TAG_BYTES
    for changed in (whole[: START + one], whole[: START + 2 * one], whole[:START], whole + b"x", whole + whole[START:]):
        with pytest.raises(BackupBroken):
            open_archive(io.BytesIO(changed), KEY).read()


def test_a_public_key_that_gives_no_secret_is_refused() -> None:
    with pytest.raises(BackupRefused, match="cannot be used"):
        ArchiveWriter(io.BytesIO(), X25519PublicKey.from_public_bytes(bytes(32)))
    with pytest.raises(BackupBroken):
        open_archive(io.BytesIO(sealed(b"x")[: START - 32] + bytes(32) + bytes(17)), KEY)
