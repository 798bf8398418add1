"""The key file and what is sealed with it: opened only with the right key, at the right place, unchanged."""

import stat
from pathlib import Path

import pytest

from server import keys
from server.keys import KEY_BYTES, MARK, KeyRing, SealBroken, SecretKeyUnusable, id_of, read_keys, replace_keys

ABOUT = b"woman.label"
FIRST, SECOND = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


@pytest.fixture
def ring(path: Path) -> KeyRing:
    ring = KeyRing(path)
    ring.make_if_missing()
    return ring


def test_what_was_sealed_opens_and_no_two_seals_are_alike(ring: KeyRing) -> None:
    one, other = ring.seal("赵".encode(), ABOUT), ring.seal("赵".encode(), ABOUT)
    assert one != other and "赵".encode() not in one
    assert ring.open(one, ABOUT) == ring.open(other, ABOUT) == "赵".encode()


def test_a_value_opens_in_its_own_column_only(ring: KeyRing) -> None:
    with pytest.raises(SealBroken, match=r"household\.label"):
        ring.open(ring.seal(b"x", ABOUT), b"household.label")


@pytest.mark.parametrize("position", [0, 1, 5, 20, -1])
def test_a_value_that_was_changed_does_not_open(ring: KeyRing, position: int) -> None:
    sealed = bytearray(ring.seal(b"eight weeks", ABOUT))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        ring.open(bytes(sealed), ABOUT)


@pytest.mark.parametrize("value", [b"", b"<data/>", b"{}", MARK, MARK + b"abcd"])
def test_what_was_never_sealed_is_refused_and_not_given_out(ring: KeyRing, value: bytes) -> None:
    with pytest.raises(SealBroken):
        ring.open(value, ABOUT)


def test_the_file_is_made_once_for_its_owner_alone(path: Path) -> None:
    KeyRing(path).make_if_missing()
    before = path.read_bytes()
    KeyRing(path).make_if_missing()
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [len(one) for one in read_keys(path)] == [KEY_BYTES]


def test_older_keys_of_the_file_open_and_the_first_one_seals(path: Path) -> None:
    replace_keys(path, [FIRST])
    old = KeyRing(path).seal(b"then", ABOUT)
    replace_keys(path, [SECOND, FIRST])
    ring = KeyRing(path)
    assert ring.open(old, ABOUT) == b"then"
    assert id_of(ring.seal(b"now", ABOUT)) != id_of(old)
    assert ring.current_secret() == SECOND


def test_a_running_server_takes_a_new_key_within_a_second(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [100.0]
    monkeypatch.setattr(keys.time, "monotonic", lambda: seconds[0])
    replace_keys(path, [FIRST])
    serving = KeyRing(path)
    before = serving.seal(b"x", ABOUT)
    replace_keys(path, [SECOND, FIRST])
    assert id_of(serving.seal(b"x", ABOUT)) == id_of(before)
    seconds[0] += keys.LOOK_EVERY
    after = serving.seal(b"x", ABOUT)
    assert id_of(after) != id_of(before)
    assert (serving.open(before, ABOUT), serving.open(after, ABOUT)) == (b"x", b"x")


def test_a_value_under_a_key_that_is_new_to_a_server_makes_it_read_the_file_at_once(path: Path) -> None:
    replace_keys(path, [FIRST])
    serving = KeyRing(path)
    serving.current()
    replace_keys(path, [SECOND, FIRST])
    assert serving.open(KeyRing(path).seal(b"x", ABOUT), ABOUT) == b"x"


def test_a_value_whose_key_is_gone_names_the_key_and_nothing_else(path: Path) -> None:
    replace_keys(path, [FIRST])
    sealed = KeyRing(path).seal(b"x", ABOUT)
    replace_keys(path, [SECOND])
    with pytest.raises(SealBroken, match=f"^key {id_of(sealed)} is missing$"):
        KeyRing(path).open(sealed, ABOUT)


@pytest.mark.parametrize("content", ["", "\n", "zz", "00" * 31, "密" * 10, "00" * 32 + "\n" + "00" * 31])
def test_a_file_that_holds_no_key_is_said_so(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SecretKeyUnusable, match="hexadecimal"):
        KeyRing(path).current()


def test_without_a_file_nothing_is_sealed(path: Path) -> None:
    with pytest.raises(SecretKeyUnusable, match="cannot be read"):
        KeyRing(path).seal(b"x", ABOUT)
    with pytest.raises(SecretKeyUnusable, match="no key file"):
        KeyRing(None).seal(b"x", ABOUT)
    assert not path.exists()
