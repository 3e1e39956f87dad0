"""The tray icon, drawn for each size: a shape and a glyph tell the state, the colour only agrees with them.

    FINE     circle, green   ✓         DAYS  rounded square, amber  the days left
    BUSY     circle, blue    …         ALARM octagon, red           the days left and !
    UNKNOWN  circle, grey    ?         OVER  octagon, red           !

Everything is a polygon in a square of side 1, filled row by row at four times the size. So neither a font nor Pillow's
ImageDraw is loaded into a process that is always there.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from PIL import Image

from agent.core.menu import Mark, Sign

Point = tuple[float, float]
Polygon = Sequence[Point]

_FINER = 4
_RIM = 0.05
_CENTRE = (0.5, 0.5)
_WHITE, _BLACK = "#ffffff", "#1a1a1a"
_FILL = {
    Mark.FINE: "#1b7a3d",
    Mark.DAYS: "#ffb81c",
    Mark.ALARM: "#c4161c",
    Mark.OVER: "#c4161c",
    Mark.UNKNOWN: "#5f6368",
    Mark.BUSY: "#1a5fb4",
}


def picture(sign: Sign, size: int, dark_panel: bool) -> Image.Image:
    """The icon, RGBA.

    Args:
        size: width and height in pixels.
        dark_panel: the rim that parts it from the panel is light on a dark one.
    """
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    outline = _outline(sign.mark)
    _fill(image, [outline], _WHITE if dark_panel else _BLACK)
    _fill(image, [_shrunk(outline, 1 - 2 * _RIM)], _FILL[sign.mark])
    _fill(image, _glyph(sign), _BLACK if sign.mark is Mark.DAYS else _WHITE)
    return image


def on_panel(image: Image.Image, panel: tuple[int, int, int]) -> Image.Image:
    """`image` on a panel of this colour, RGB: for trays that know no transparency."""
    ground = Image.new("RGB", image.size, panel)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _fill(image: Image.Image, polygons: Sequence[Polygon], colour: str) -> None:
    mask = Image.new("L", (image.width * _FINER, image.height * _FINER))
    for polygon in polygons:
        _fill_rows(mask, polygon)
    image.paste(colour, mask=mask.reduce(_FINER))


def _fill_rows(mask: Image.Image, polygon: Polygon) -> None:
    """Each row of pixels, between the points where its middle crosses the polygon's sides."""
    side = mask.width
    sides = list(zip(polygon, [*polygon[1:], polygon[0]], strict=True))
    for row in range(side):
        y = (row + 0.5) / side
        crossings = sorted(
            x1 + (y - y1) * (x2 - x1) / (y2 - y1) for (x1, y1), (x2, y2) in sides if min(y1, y2) <= y < max(y1, y2)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            mask.paste(255, (round(left * side), row, round(right * side), row + 1))


# ── Shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _outline(mark: Mark) -> Polygon:
    match mark:
        case Mark.ALARM | Mark.OVER:
            return _regular(8, 0.5 / cos(pi / 8), pi / 8)
        case Mark.DAYS:
            corners = ((0.86, 0.86, 0), (0.14, 0.86, pi / 2), (0.14, 0.14, pi), (0.86, 0.14, 3 * pi / 2))
            return [_at(x, y, 0.14, turn + step * pi / 16) for x, y, turn in corners for step in range(9)]
        case _:
            return _regular(48, 0.5, 0)


def _regular(corners: int, radius: float, turn: float) -> Polygon:
    return [_at(*_CENTRE, radius, turn + 2 * pi * corner / corners) for corner in range(corners)]


def _at(x: float, y: float, distance: float, angle: float) -> Point:
    return x + distance * cos(angle), y + distance * sin(angle)


def _shrunk(polygon: Polygon, scale: float) -> Polygon:
    return [(0.5 + (x - 0.5) * scale, 0.5 + (y - 0.5) * scale) for x, y in polygon]


def _box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


# ── Glyphs ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_TICK: Polygon = [(0.2, 0.52), (0.3, 0.41), (0.43, 0.55), (0.7, 0.26), (0.8, 0.36), (0.43, 0.76)]

# Which bars of a digit are there: top, upper left, upper right, middle, lower left, lower right, bottom.
_DIGITS = ("1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011")


def _glyph(sign: Sign) -> list[Polygon]:  # noqa: PLR0911 - one for each mark
    days = min(max(sign.days or 0, 0), 99)
    match sign.mark:
        case Mark.FINE:
            return [_TICK]
        case Mark.BUSY:
            return [_box(x, 0.43, x + 0.14, 0.57) for x in (0.2, 0.43, 0.66)]
        case Mark.UNKNOWN:
            return _question()
        case Mark.OVER:
            return _exclamation(0.43)
        case Mark.DAYS if days > 9:
            return [*_digit(days // 10, 0.13), *_digit(days % 10, 0.54)]
        case Mark.DAYS:
            return _digit(days, 0.335)
        case Mark.ALARM:
            return [*_digit(min(days, 9), 0.2), *_exclamation(0.66)]


def _digit(digit: int, left: float) -> list[Polygon]:
    wide, thick, top, bottom = 0.33, 0.11, 0.2, 0.8
    if digit == 1:  # narrower than its place, so it gets a flag and a foot
        stem = left + wide / 2 - thick / 2
        flag = [(stem, top), (stem + thick, top), (stem, top + 0.2), (stem - 0.1, top + 0.2)]
        return [_box(stem, top, stem + thick, bottom), flag, _box(left + 0.03, bottom - thick, left + 0.3, bottom)]
    right, middle, half = left + wide, (top + bottom) / 2, thick / 2
    bars = (
        _box(left, top, right, top + thick),
        _box(left, top, left + thick, middle + half),
        _box(right - thick, top, right, middle + half),
        _box(left, middle - half, right, middle + half),
        _box(left, middle - half, left + thick, bottom),
        _box(right - thick, middle - half, right, bottom),
        _box(left, bottom - thick, right, bottom),
    )
    return [bar for bar, there in zip(bars, _DIGITS[digit], strict=True) if there == "1"]


def _exclamation(left: float) -> list[Polygon]:
    return [_box(left, 0.2, left + 0.14, 0.6), _box(left, 0.67, left + 0.14, 0.8)]


def _question() -> list[Polygon]:
    return [
        _box(0.3, 0.18, 0.7, 0.29),
        _box(0.3, 0.18, 0.41, 0.37),
        _box(0.59, 0.18, 0.7, 0.53),
        _box(0.44, 0.42, 0.7, 0.53),
        _box(0.44, 0.42, 0.56, 0.63),
        _box(0.44, 0.7, 0.56, 0.82),
    ]
