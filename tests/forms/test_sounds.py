import pytest

from forms.sounds import HEAD, kind_of_sound


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"ID3\x04\x00\x00\x00\x00\x00\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\x00\x00", "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00", "audio/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x03\x00", "audio/mp4"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"OggS\x00\x02\x00\x00", "audio/ogg"),
    ],
)
def test_a_sound_is_known_by_its_first_bytes(head, kind):
    assert kind_of_sound(head[:HEAD]) == kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"\xff\xf1\x50\x80",  # raw AAC
        b"\xff\xd8\xff\xe0",  # a JPEG
        b"#!AMR\n",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00",
        b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        b"<html><audio>",
        b"PK\x03\x04",
    ],
)
def test_anything_else_is_no_sound(head):
    assert kind_of_sound(head) is None
