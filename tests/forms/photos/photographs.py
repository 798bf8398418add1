"""Pictures as cameras make them, from numbers: uneven light, grain, blur; and what is done to a picture that is used twice.

Those of one kind are of similar things: the same printed form with other handwriting, signatures of one length, one sort of room.
"""

import random
from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

SIZE: Final = (1200, 900)
Pen = ImageDraw.ImageDraw


def packed(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def in_three(grey: Image.Image) -> Image.Image:
    return Image.merge("RGB", [grey] * 3)


def lit(picture: Image.Image, drawn: random.Random, part: float) -> Image.Image:
    """From one side."""
    slope = Image.linear_gradient("L").rotate(drawn.choice([0, 90, 180, 270])).resize(picture.size)
    return Image.blend(picture, in_three(slope), part)


def grained(picture: Image.Image, drawn: random.Random, strength: float) -> Image.Image:
    side = (picture.width // 4, picture.height // 4)
    tones = bytes(min(255, max(0, round(drawn.gauss(128, strength)))) for _ in range(side[0] * side[1]))
    grain = in_three(Image.frombytes("L", side, tones).resize(picture.size))
    return ImageChops.add(picture, grain, 1, -128)


def strokes(pen: Pen, drawn: random.Random, box: tuple[int, int, int, int], number: int, width: int) -> None:
    """A line of handwriting through a box."""
    left, top, right, bottom = box
    step = (right - left) / max(1, number - 1)
    points = [(left + round(at * step) + drawn.randrange(-5, 6), drawn.randrange(top, bottom)) for at in range(number)]
    pen.line(points, fill=(28, 28, 62), width=width, joint="curve")


def a_scene(seed: int) -> Image.Image:
    """Whatever stands about, on a ground with a pattern."""
    drawn = random.Random(seed)
    cells = (30, 22) if drawn.random() < 0.5 else (12, 9)
    ground = Image.frombytes("L", cells, drawn.randbytes(cells[0] * cells[1])).resize(SIZE, Image.Resampling.BICUBIC)
    picture = lit(in_three(ground), drawn, 0.5)
    pen = ImageDraw.Draw(picture)
    for _ in range(drawn.randrange(6, 14)):
        x, y = drawn.randrange(1000), drawn.randrange(700)
        box, tone = (x, y, x + drawn.randrange(60, 420), y + drawn.randrange(60, 320)), drawn.randbytes(3)
        (pen.rectangle if drawn.random() < 0.5 else pen.ellipse)(box, fill=tuple(tone))
    return grained(picture.filter(ImageFilter.GaussianBlur(3)), drawn, 14)


def a_paper_form(seed: int) -> Image.Image:
    """The same printed form on the same table, held a little otherwise, with other handwriting."""
    drawn = random.Random(seed)
    picture = Image.new("RGB", SIZE, (90, 70, 55))
    x, y = 90 + drawn.randrange(-12, 13), 50 + drawn.randrange(-12, 13)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((x, y, x + 1000, y + 800), fill=(235, 232, 225))
    pen.rectangle((x + 250, y + 30, x + 750, y + 70), fill=(40, 40, 40))
    for line in range(y + 130, y + 770, 72):
        pen.line((x + 40, line + 40, x + 960, line + 40), fill=(60, 60, 60), width=3)
        pen.rectangle((x + 40, line, x + 200, line + 28), fill=(70, 70, 70))
        number = drawn.randrange(8, 48)
        strokes(pen, drawn, (x + 240, line, x + 240 + 14 * number, line + 36), number, 4)
    return grained(lit(picture.filter(ImageFilter.GaussianBlur(1.2)), drawn, 0.15), drawn, 14)


def a_room(seed: int) -> Image.Image:
    """A wall, a window, a table and the floor, in every home about there; what lies about is another."""
    drawn = random.Random(seed)
    picture = Image.new("RGB", SIZE, (200, 195, 180))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 600, 1200, 900), fill=(110, 90, 70))
    pen.rectangle((700 + drawn.randrange(-80, 80), 100, 1000, 380), fill=(240, 245, 255))
    pen.rectangle((150 + drawn.randrange(-80, 80), 480, 700, 640), fill=(90, 60, 40))
    for _ in range(8):
        x, y = drawn.randrange(1100), drawn.randrange(300, 800)
        box = (x, y, x + drawn.randrange(40, 200), y + drawn.randrange(40, 160))
        pen.ellipse(box, fill=tuple(drawn.randbytes(3)))
    return grained(picture.filter(ImageFilter.GaussianBlur(2)), drawn, 14)


def a_drawn_signature(seed: int) -> Image.Image:
    """As a phone makes it: black on white. Each is as long as the others."""
    picture = Image.new("RGB", (900, 500), "white")
    strokes(ImageDraw.Draw(picture), random.Random(seed), (150, 170, 750, 330), 12, 7)
    return picture


def a_signature_on_paper(seed: int) -> Image.Image:
    """A photo of one; each is as long as the others."""
    drawn = random.Random(seed)
    picture = Image.new("RGB", SIZE, (228, 224, 215))
    strokes(ImageDraw.Draw(picture), drawn, (300, 330, 900, 560), 14, 8)
    return grained(lit(picture.filter(ImageFilter.GaussianBlur(1.5)), drawn, 0.15), drawn, 8)


def a_blank_paper(seed: int) -> Image.Image:
    drawn = random.Random(seed)
    return grained(lit(Image.new("RGB", SIZE, (225, 222, 215)), drawn, 0.15), drawn, 10)


def cut(picture: Image.Image, per_cent: int) -> Image.Image:
    """So much of each side goes, of one more than of the other."""
    x, y = picture.width * per_cent // 100, picture.height * per_cent // 100
    return picture.crop((x, y // 2, picture.width - x // 2, picture.height - y))


def smaller(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 3, picture.height // 3))


KINDS: Final[dict[str, Callable[[int], Image.Image]]] = {
    "scenes": a_scene,
    "paper forms": a_paper_form,
    "rooms": a_room,
    "drawn signatures": a_drawn_signature,
    "signatures on paper": a_signature_on_paper,
    "blank papers": a_blank_paper,
}
COPIES: Final[dict[str, Callable[[Image.Image], bytes]]] = {
    "packed at quality 40": lambda one: packed(one, quality=40),
    "a third in size": lambda one: packed(smaller(one), quality=75),
    "a third at quality 40": lambda one: packed(smaller(one), quality=40),
    "brighter by a fifth": lambda one: packed(ImageEnhance.Brightness(one).enhance(1.2), quality=80),
    "darker by a quarter": lambda one: packed(ImageEnhance.Brightness(one).enhance(0.75), quality=80),
    "more contrast": lambda one: packed(ImageEnhance.Contrast(one).enhance(1.25), quality=80),
    "cut by 2 %": lambda one: packed(cut(one, 2), quality=80),
    "cut by 3 %": lambda one: packed(cut(one, 3), quality=80),
    "cut by 5 %": lambda one: packed(cut(one, 5), quality=80),
    "a third, brighter, cut by 3 %, at 40": lambda one: packed(
        cut(ImageEnhance.Brightness(smaller(one)).enhance(1.1), 3), quality=40
    ),
}
