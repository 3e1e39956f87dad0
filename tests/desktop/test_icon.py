"""The icon is drawn at every size, and told apart without its colours."""

from __future__ import annotations

from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageStat

from agent.core.menu import Mark, Sign
from agent.desktop.icon import on_panel, picture

SIGNS = [
    Sign(Mark.FINE),
    Sign(Mark.BUSY),
    Sign(Mark.UNKNOWN),
    Sign(Mark.OVER),
    *(Sign(Mark.ALARM, days) for days in range(10)),
    *(Sign(Mark.DAYS, days) for days in range(100)),
]
SIZES = [16, 20, 22, 24, 32, 48, 64, 128]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mark", Mark)
def test_it_fills_every_size(size: int, mark: Mark) -> None:
    image = picture(Sign(mark, 7), size, dark_panel=True)
    assert (image.mode, image.size) == ("RGBA", (size, size))
    left, top, right, bottom = image.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert max(left, top, size - right, size - bottom) <= 1


def differs(one: Sign, other: Sign, size: int) -> float:
    """How much two icons differ on a grey panel, without colours; 255 is everything."""
    grey = [on_panel(picture(sign, size, True), (128, 128, 128)).convert("L") for sign in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*grey)).mean[0]


def test_no_two_signs_look_alike_in_grey_at_the_smallest_size() -> None:
    drawn = {sign: on_panel(picture(sign, 16, True), (128,) * 3).convert("L") for sign in SIGNS}
    for one, other in combinations(SIGNS, 2):
        assert ImageStat.Stat(ImageChops.difference(drawn[one], drawn[other])).mean[0] > 1, (one, other)


def test_marks_differ_by_shape_not_by_colour_alone() -> None:
    marks = [Sign(mark, 7) for mark in Mark]
    for one, other in combinations(marks, 2):
        shapes = [
            picture(sign, 32, True).convert("RGB").convert("1", dither=Image.Dither.NONE) for sign in (one, other)
        ]
        difference = ImageChops.logical_xor(*shapes)
        assert sum(difference.convert("L").histogram()[1:]) > 30, (one, other)


@pytest.mark.parametrize(("panel", "dark"), [((30, 30, 30), True), ((240, 240, 240), False)])
@pytest.mark.parametrize("mark", Mark)
def test_the_rim_parts_it_from_the_panel(mark: Mark, panel: tuple[int, int, int], dark: bool) -> None:
    image = on_panel(picture(Sign(mark, 7), 64, dark), panel)
    rim = image.getpixel((32, 1))
    assert isinstance(rim, tuple)
    assert abs(sum(rim) - sum(panel)) > 3 * 128


def test_on_a_panel_its_corners_have_the_panels_colour() -> None:
    assert on_panel(picture(Sign(Mark.FINE), 24, True), (10, 20, 30)).getpixel((0, 0)) == (10, 20, 30)


def test_more_days_than_two_digits_are_as_many_as_fit() -> None:
    assert differs(Sign(Mark.DAYS, 120), Sign(Mark.DAYS, 99), 32) == 0
