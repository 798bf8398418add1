"""Sealed files: the same bytes back from any place on, and no change, exchange or cut goes unnoticed."""

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.blobs import BlobStore
from server.keys import KeyRing, SealBroken
from server.sealed_files import MAGIC, PIECE, START, TAG_BYTES, open_file

SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 17]


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    keys = KeyRing(tmp_path / "secret.key")
    keys.make_if_missing()
    return BlobStore(tmp_path / "blobs", keys)


def some_bytes(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back_as_it_was_and_lies_sealed(store: BlobStore, size: int) -> None:
    content = some_bytes(size)
    stored = store.put(io.BytesIO(content))
    assert stored.size == store.size_of(stored.sha256) == size
    assert store.read(stored.sha256) == content
    lies = store.path(stored.sha256).read_bytes()
    assert lies.startswith(MAGIC)
    assert size < 16 or content[:16] not in lies


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3 * PIECE + 40), st.integers(0, PIECE + 5)), max_size=5))
def test_any_part_is_read_without_the_rest(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "parts"
    keys = KeyRing(folder / "secret.key")
    folder.mkdir(exist_ok=True)
    keys.make_if_missing()
    store, content = BlobStore(folder / "blobs", keys), some_bytes(3 * PIECE + 17)
    with store.open(store.put(content).sha256) as source:
        for place, length in parts:
            assert source.seek(place) == place
            assert source.read(length) == content[place : place + length]
            assert source.tell() == min(place + length, max(place, len(content)))


@pytest.mark.parametrize("place", [0, 30, START, START + PIECE, -1], ids=["magic", "salt", "first", "tag", "last"])
def test_a_changed_byte_is_noticed(store: BlobStore, place: int) -> None:
    stored = store.put(some_bytes(2 * PIECE + 5))
    path = store.path(stored.sha256)
    lies = bytearray(path.read_bytes())
    lies[place] ^= 1
    path.write_bytes(lies)
    if place == 0:  # then it is no sealed file any more, and its bytes are not those of its name
        assert store.read(stored.sha256) == bytes(lies)
    else:
        with pytest.raises(SealBroken):
            store.read(stored.sha256)


def test_pieces_that_were_exchanged_or_left_out_are_noticed(store: BlobStore) -> None:
    stored = store.put(some_bytes(3 * PIECE))
    path = store.path(stored.sha256)
    lies, step = path.read_bytes(), PIECE + TAG_BYTES
    start, one, two, three = lies[:START], *(lies[START + n * step : START + (n + 1) * step] for n in range(3))
    for wrong in (start + two + one + three, start + one + two, start + one + three, start, lies[: START - 1]):
        path.write_bytes(wrong)
        with pytest.raises(SealBroken):
            store.read(stored.sha256)


def test_a_file_from_before_is_read_as_it_is_and_sealed_when_keys_change(store: BlobStore) -> None:
    stored = store.put(b"photo")
    path = store.path(stored.sha256)
    path.write_bytes(b"photo")
    assert (store.read(stored.sha256), store.size_of(stored.sha256)) == (b"photo", 5)
    age = path.stat().st_mtime_ns
    assert store.seal_anew(stored.sha256) is True
    assert path.read_bytes().startswith(MAGIC) and path.stat().st_mtime_ns == age
    assert store.read(stored.sha256) == b"photo"
    assert store.seal_anew(stored.sha256) is False
    assert [one.name for one in store.root.iterdir()] == [stored.sha256[:2]], "nothing is left over"


def test_under_another_key_nothing_opens(store: BlobStore, tmp_path: Path) -> None:
    stored = store.put(b"photo")
    other = KeyRing(tmp_path / "other.key")
    other.make_if_missing()
    with pytest.raises(SealBroken):
        open_file(store.path(stored.sha256), other)
