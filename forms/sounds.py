"""What kind of sound a file is, by its first bytes: its name says nothing that could be relied on."""

from typing import Final

HEAD: Final = 16  # bytes that are looked at
MPEG, MP4, WAVE, OGG = "audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg"

# Brands of MPEG-4 files that phones write sound into; pictures (heic, avif) and QuickTime films have others.
_BRANDS: Final = frozenset((b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"3gp4", b"3gp5", b"3gp6"))


def kind_of_sound(head: bytes) -> str | None:
    """The media type of an MP3, M4A, WAV or OGG file that begins so, None for anything else.

    These four every phone with ODK Collect and every browser plays, whatever the file is called.
    """
    if head.startswith(b"ID3") or _is_mp3_frame(head):
        return MPEG
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return MP4
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return WAVE
    return OGG if head.startswith(b"OggS") else None


def _is_mp3_frame(head: bytes) -> bool:
    """Eleven bits set, then layer III: ISO 11172-3, 2.4.1.3. Raw AAC begins alike and has another layer."""
    return len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
