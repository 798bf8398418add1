"""Tokens, and the sealing of those that must be shown again."""

import stat
from pathlib import Path

import pytest

from server.access import tokens
from server.keys import SecretKeyUnusable

KEY = bytes(range(32))


def test_a_token_is_64_characters_of_centrals_alphabet_and_never_twice() -> None:
    made = {tokens.make_token() for _ in range(200)}
    assert len(made) == 200 and all(tokens.is_token(token) for token in made)


@pytest.mark.parametrize("text", ["", "a" * 63, "a" * 65, "a" * 63 + "/", "a" * 63 + "\n", "a" * 64 + "\n"])
def test_what_is_no_token_is_known_by_its_shape(text: str) -> None:
    assert not tokens.is_token(text)


def test_what_was_sealed_is_read_under_the_same_key_only() -> None:
    sealed = tokens.seal(KEY, "secret")

    assert tokens.unseal(KEY, sealed) == "secret"
    assert tokens.unseal(bytes(32), sealed) is None
    assert tokens.unseal(KEY, sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert tokens.unseal(KEY, None) is None
    assert tokens.seal(KEY, "secret") != sealed


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    key = tokens.load_key(path)

    assert len(key) == 32 and tokens.load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "密" * 10])
def test_a_key_file_that_holds_no_key_is_said_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SecretKeyUnusable):
        tokens.load_key(path)
