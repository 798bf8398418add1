"""How a picture looks, in 512 bits that stay when it is made smaller, packed anew, lighter or darker (a difference hash). Pure;
a picture is hostile until it has opened.

A picture is made grey and small, its light is taken out (each place counts against what lies around it), and each bit says
whether a place is clearly brighter than its neighbour, to the right and below. Of ink drawn on a screen (a signature) only the
part with ink is looked at: all such papers are alike. How sure that is: docs/measured.md.
"""

from io import SEEK_END
from typing import BinaryIO, Final

from PIL import Image, ImageChops, ImageFilter, ImageOps

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MOST_BYTES: Final = 20_000_000
MOST_PIXELS: Final = {"JPEG": 50_000_000, "PNG": 16_000_000, "WEBP": 16_000_000}
"""A JPEG is opened at an eighth of its size; of the others every pixel takes four bytes of memory."""
WORKED_ON: Final = 256  # pixels of the longer side
SIDE: Final = 16
LOOK_BYTES: Final = 2 * SIDE * SIDE // 8
AROUND: Final = 6  # the light of a place is that of a sixth of the picture around it
CUT_OFF: Final = 1  # per cent of the darkest and of the brightest places that do not stretch the tones
CLEARLY: Final = 8  # of 255: packing a picture anew moves plain parts by less
LEAST_RANGE: Final = 8  # of 255, between the darkest and the brightest place: less is grain and paper
LEAST_SET: Final = 24  # bits: a picture with fewer is nearly plain, and alike to any other by chance
INK: Final = 48  # of 255: by how much ink differs from its paper
PLAIN_PART: Final = (
    0.8  # of all pixels: a picture with more of one grey is ink drawn on a screen; a photo of paper has grain
)
PLAIN: Final = 3  # of 255: by how much that one grey may differ from itself


def look_of(source: BinaryIO) -> bytes | None:
    """LOOK_BYTES bytes; None for what does not open, is too large, is of another format, or is nearly plain."""
    try:
        small = open_small(source)
    except Exception:  # whatever a decoder says of a broken or hostile file
        return None
    return look_at(small) if small is not None else None


def open_small(source: BinaryIO) -> Image.Image | None:
    """The picture in grey, the right way up, at most WORKED_ON pixels long. Its size is known before a pixel is opened."""
    if source.seek(0, SEEK_END) > MOST_BYTES:
        return None
    source.seek(0)
    with Image.open(source, formats=FORMATS) as checked:
        kind, (width, height) = checked.format or "", checked.size
        if width * height > MOST_PIXELS[kind]:
            return None
        checked.verify()
    source.seek(0)
    with Image.open(source, formats=FORMATS) as picture:
        picture.draft("L", (WORKED_ON, WORKED_ON))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((WORKED_ON, WORKED_ON), Image.Resampling.BOX)
        return flatten(upright)


def flatten(picture: Image.Image) -> Image.Image:
    """In grey; what is transparent is paper."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("L")
    over = picture.convert("RGBA")
    paper = Image.new("RGBA", over.size, "white")
    return Image.alpha_composite(paper, over).convert("L")


def look_at(grey: Image.Image) -> bytes | None:
    part = take_out_light(cut_to_ink(grey))
    darkest, brightest = part.resize((SIDE, SIDE), Image.Resampling.BOX).getextrema()
    if brightest - darkest < LEAST_RANGE:  # type: ignore[operator]  # of one band they are numbers
        return None
    clear = ImageOps.autocontrast(part, CUT_OFF)
    across = differences(clear.resize((SIDE + 1, SIDE), Image.Resampling.BOX), 1)
    down = differences(clear.resize((SIDE, SIDE + 1), Image.Resampling.BOX).transpose(Image.Transpose.TRANSPOSE), 1)
    bits = [*across, *down]
    if sum(bits) < LEAST_SET:
        return None
    return sum(bit << at for at, bit in enumerate(bits)).to_bytes(LOOK_BYTES)


def take_out_light(grey: Image.Image) -> Image.Image:
    """Each place against what lies around it: where a lamp stood, and how long was exposed, is no part of a picture's look."""
    around = grey.filter(ImageFilter.GaussianBlur(max(grey.size) / AROUND))
    return ImageChops.subtract(grey, around, 1, 128)


def differences(grid: Image.Image, step: int) -> list[bool]:
    """Row by row, whether a place is clearly brighter than the next one in its row."""
    tones, width = grid.tobytes(), grid.width
    places = [at for at in range(len(tones)) if at % width < width - step]
    return [tones[at] > tones[at + step] + CLEARLY for at in places]


def cut_to_ink(grey: Image.Image) -> Image.Image:
    """The part with ink where the rest is one grey; else the whole picture."""
    counts = grey.histogram()
    paper = max(range(256), key=lambda tone: counts[tone])
    ink = grey.point([255 if abs(tone - paper) > INK else 0 for tone in range(256)])
    near = sum(counts[max(0, paper - PLAIN) : paper + PLAIN + 1]) / (grey.width * grey.height)
    box = ink.getbbox()
    return grey.crop(box) if box and near > PLAIN_PART else grey


def percent_apart(one: bytes, other: bytes) -> int:
    """Of the bits that either has, how many the other has not: 0 for the same, about 67 by chance.

    Not of all bits: a little ink on a large paper sets few, and two such papers would be alike for what neither has.
    """
    a, b = int.from_bytes(one), int.from_bytes(other)
    return round(100 * (a ^ b).bit_count() / max(1, (a | b).bit_count()))
