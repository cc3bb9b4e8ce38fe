"""Silhouettes of goods, for pictures of samples: each draws one thing on a field of 1,000 by 1,000."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Colour = tuple[int, int, int]
PAPER: Colour = (250, 244, 230)
INK: Colour = (66, 48, 36)
WOOD: Colour = (176, 120, 72)
WOOD_DARK: Colour = (136, 88, 48)
GLASS: Colour = (222, 232, 230)


def tint(hue: int, saturation: float, lightness: float) -> Colour:
    """A colour by its place on the wheel (degrees), 0 to 1 for the rest."""
    red, green, blue = colorsys.hls_to_rgb(hue % 360 / 360, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


@dataclass(frozen=True)
class Brush:
    """What a silhouette is drawn with; places and sizes are thousandths of the field."""

    draw: Any
    scale: float
    font: Callable[[int], Any]
    hue: int
    label: str

    @property
    def main(self) -> Colour:
        return tint(self.hue, 0.48, 0.46)

    @property
    def dark(self) -> Colour:
        return tint(self.hue, 0.50, 0.34)

    @property
    def light(self) -> Colour:
        return tint(self.hue, 0.46, 0.64)

    def _at(self, *places: float) -> list[float]:
        return [place * self.scale for place in places]

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, r: float = 0) -> None:
        self.draw.rounded_rectangle(self._at(x0, y0, x1, y1), radius=r * self.scale, fill=fill)

    def oval(self, x0: float, y0: float, x1: float, y1: float, fill: Colour) -> None:
        self.draw.ellipse(self._at(x0, y0, x1, y1), fill=fill)

    def half(self, x0: float, y0: float, x1: float, y1: float, fill: Colour) -> None:
        """The lower half of an oval."""
        self.draw.chord(self._at(x0, y0, x1, y1), 0, 180, fill=fill)

    def poly(self, points: Sequence[tuple[float, float]], fill: Colour) -> None:
        self.draw.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=fill)

    def line(self, points: Sequence[tuple[float, float]], fill: Colour, width: float) -> None:
        self.draw.line(
            [(x * self.scale, y * self.scale) for x, y in points],
            fill=fill, width=round(width * self.scale), joint="curve",
        )  # fmt: skip

    def arc(
        self, x0: float, y0: float, x1: float, y1: float, span: tuple[int, int], fill: Colour, width: float
    ) -> None:
        self.draw.arc(self._at(x0, y0, x1, y1), *span, fill=fill, width=round(width * self.scale))

    def down(self, x: float, y: float, height: float, fill: Colour, most: int = 4) -> None:
        """The label from top to bottom, around x, within the height."""
        letters = self.label[:most]
        size = min(92, height / max(len(letters), 2))
        top = y + (height - size * len(letters)) / 2
        for place, letter in enumerate(letters):
            self._letter(x, top + size * (place + 0.5), letter, size * 0.88, fill)

    def across(self, x: float, y: float, width: float, fill: Colour, most: int = 4) -> None:
        """The label from left to right, around (x, y), within the width."""
        letters = self.label[:most]
        size = min(92, width / max(len(letters), 2))
        left = x - size * len(letters) / 2
        for place, letter in enumerate(letters):
            self._letter(left + size * (place + 0.5), y, letter, size * 0.9, fill)

    def _letter(self, x: float, y: float, letter: str, size: float, fill: Colour) -> None:
        font = self.font(round(size * self.scale))
        self.draw.text((x * self.scale, y * self.scale), letter, font=font, fill=fill, anchor="mm")


def tin(b: Brush) -> None:
    b.oval(330, 770, 670, 860, b.dark)
    b.box(330, 330, 670, 815, b.main)
    b.oval(330, 285, 670, 375, b.dark)
    b.box(322, 250, 678, 330, b.dark, 12)
    b.oval(322, 205, 678, 295, b.light)
    b.oval(350, 218, 650, 282, b.main)
    b.box(412, 400, 588, 765, PAPER, 10)
    b.box(424, 412, 576, 753, b.main, 6)
    b.box(428, 416, 572, 749, PAPER, 6)
    b.down(500, 430, 305, INK)


def pouch(b: Brush) -> None:
    b.poly([(290, 230), (710, 230), (735, 300), (725, 830), (700, 860), (300, 860), (275, 830), (265, 300)], b.main)
    b.box(290, 200, 710, 262, b.dark, 8)
    for x in range(300, 705, 24):
        b.line([(x, 205), (x, 258)], b.main, 5)
    b.oval(330, 360, 670, 700, PAPER)
    b.oval(345, 375, 655, 685, b.light)
    b.oval(356, 386, 644, 674, PAPER)
    b.across(500, 530, 270, INK)
    b.box(390, 750, 610, 768, b.light, 8)
    b.box(430, 786, 570, 800, b.light, 6)


def gift_box(b: Brush) -> None:
    b.poly([(190, 400), (300, 290), (850, 290), (760, 400)], b.light)
    b.poly([(760, 400), (850, 290), (850, 690), (760, 810)], b.dark)
    b.box(190, 400, 760, 810, b.main, 6)
    b.box(190, 400, 760, 500, tint(b.hue, 0.48, 0.52))
    b.box(300, 540, 650, 720, PAPER, 8)
    b.box(312, 552, 638, 708, b.main, 4)
    b.box(316, 556, 634, 704, PAPER, 4)
    b.across(475, 630, 290, INK)
    gold = (214, 172, 92)
    b.box(222, 400, 258, 810, gold)
    b.poly([(222, 400), (318, 290), (352, 290), (258, 400)], gold)


def gaiwan(b: Brush) -> None:
    white = tint(b.hue, 0.16, 0.90)
    b.oval(200, 730, 800, 850, tint(b.hue, 0.14, 0.78))
    b.oval(240, 735, 760, 820, white)
    b.box(410, 690, 590, 775, tint(b.hue, 0.14, 0.80), 20)
    b.half(240, 170, 760, 750, white)
    b.oval(240, 405, 760, 515, tint(b.hue, 0.14, 0.80))
    b.oval(280, 420, 720, 500, b.main)
    b.draw.chord([v * b.scale for v in (290, 260, 710, 560)], 180, 360, fill=white)
    b.box(440, 210, 560, 275, white, 26)
    for x in (345, 500, 655):
        b.arc(x - 55, 560, x + 55, 660, (180, 360), b.main, 10)
        b.oval(x - 14, 590, x + 14, 618, b.dark)


def teapot(b: Brush) -> None:
    b.arc(120, 380, 400, 700, (80, 280), b.dark, 46)
    b.poly([(700, 560), (880, 390), (925, 405), (850, 600), (690, 690)], b.main)
    b.oval(230, 340, 770, 820, b.main)
    b.box(360, 780, 640, 835, b.dark, 18)
    b.oval(350, 335, 650, 420, b.dark)
    b.draw.chord([v * b.scale for v in (365, 285, 635, 455)], 180, 360, fill=b.light)
    b.oval(462, 225, 538, 305, b.dark)
    b.arc(300, 420, 700, 780, (195, 255), b.light, 16)


def cake(b: Brush) -> None:
    b.oval(170, 190, 830, 850, tint(b.hue, 0.22, 0.72))
    b.oval(182, 202, 818, 838, PAPER)
    for step in range(36):
        angle = math.tau * step / 36
        near, far = (500 + 236 * math.cos(angle), 520 + 236 * math.sin(angle)), (
            500 + 316 * math.cos(angle), 520 + 316 * math.sin(angle))  # fmt: skip
        b.line([near, far], tint(b.hue, 0.18, 0.82), 6)
    b.oval(280, 300, 720, 740, b.main)
    b.oval(292, 312, 708, 728, PAPER)
    b.oval(304, 324, 696, 716, b.main)
    b.across(500, 520, 330, PAPER)


def bottle(b: Brush) -> None:
    b.box(440, 150, 560, 235, INK, 14)
    b.box(452, 230, 548, 350, b.light)
    b.poly([(452, 330), (548, 330), (650, 440), (350, 440)], b.light)
    b.box(350, 425, 650, 860, b.main, 36)
    b.box(350, 425, 650, 520, b.light)
    b.box(380, 540, 620, 780, PAPER, 8)
    b.across(500, 630, 210, INK)
    b.box(420, 710, 580, 722, b.main, 4)


def jar(b: Brush) -> None:
    b.box(300, 300, 700, 860, GLASS, 60)
    b.box(322, 430, 678, 840, b.main, 46)
    for row in range(5):
        for column in range(5):
            x, y = 350 + column * 66 + (row % 2) * 24, 440 + row * 80
            b.oval(x, y, x + 62, y + 62, b.light if (row + column) % 2 else b.dark)
    b.box(310, 215, 690, 320, WOOD, 20)
    b.box(310, 285, 690, 320, WOOD_DARK, 12)
    b.box(360, 520, 640, 700, PAPER, 12)
    b.across(500, 610, 240, INK)


def fruit(b: Brush) -> None:
    for x, y, side in ((190, 430, 330), (490, 420, 330), (340, 320, 340)):
        b.oval(x, y + side * 0.25, x + side, y + side * 1.25, b.main)
        b.oval(x + side * 0.2, y + side * 0.4, x + side * 0.42, y + side * 0.58, b.light)
    b.line([(510, 420), (530, 300)], INK, 16)
    b.poly([(530, 320), (640, 220), (720, 250), (650, 330)], tint(110, 0.42, 0.38))


def bowl(b: Brush) -> None:
    b.box(400, 760, 600, 840, b.dark, 16)
    b.half(180, 120, 820, 810, b.main)
    b.oval(180, 405, 820, 525, b.dark)
    b.oval(205, 417, 795, 513, b.light)
    for turn in range(3):
        b.arc(240 + turn * 22, 250, 760 - turn * 22, 640 + turn * 40, (30, 150), b.light, 6)


def basket(b: Brush) -> None:
    b.arc(260, 150, 740, 740, (180, 360), WOOD_DARK, 30)
    b.poly([(200, 430), (800, 430), (730, 850), (270, 850)], tint(b.hue, 0.42, 0.62))
    for row in range(7):
        y = 455 + row * 57
        for column in range(8):
            x = 235 + column * 68 + (row % 2) * 30 + row * 4
            if x < 770 - row * 6:
                b.box(x, y, x + 44, y + 30, tint(b.hue, 0.42, 0.50), 12)
    b.box(180, 405, 820, 465, WOOD_DARK, 26)


def lamp(b: Brush) -> None:
    b.poly([(340, 190), (660, 190), (770, 520), (230, 520)], tint(44, 0.86, 0.80))
    b.poly([(340, 190), (660, 190), (668, 214), (332, 214)], b.main)
    b.poly([(238, 496), (762, 496), (770, 520), (230, 520)], b.main)
    b.box(480, 520, 520, 800, WOOD_DARK)
    b.oval(330, 770, 670, 860, WOOD_DARK)
    b.oval(330, 750, 670, 835, WOOD)


def stool(b: Brush) -> None:
    b.poly([(240, 450), (300, 450), (250, 860), (205, 860)], WOOD_DARK)
    b.poly([(700, 450), (760, 450), (795, 860), (750, 860)], WOOD_DARK)
    b.poly([(380, 430), (425, 430), (410, 770), (375, 770)], b.dark)
    b.poly([(575, 430), (620, 430), (625, 770), (590, 770)], b.dark)
    b.box(250, 640, 750, 672, WOOD)
    b.oval(170, 360, 830, 510, b.dark)
    b.oval(170, 335, 830, 480, b.light)


def chair(b: Brush) -> None:
    b.poly([(300, 160), (352, 160), (335, 860), (285, 860)], WOOD_DARK)
    b.poly([(648, 160), (700, 160), (715, 860), (665, 860)], WOOD_DARK)
    b.box(318, 190, 682, 440, b.main, 26)
    b.poly([(250, 540), (750, 540), (800, 640), (200, 640)], b.light)
    b.box(200, 630, 800, 672, b.main, 14)
    b.poly([(215, 672), (262, 672), (245, 880), (200, 880)], WOOD)
    b.poly([(738, 672), (785, 672), (800, 880), (755, 880)], WOOD)


def cloth(b: Brush) -> None:
    shades = (b.dark, b.main, b.light, tint(b.hue, 0.40, 0.74))
    for place, shade in enumerate(shades):
        y = 700 - place * 120
        b.box(210 + place * 6, y, 790 - place * 6, y + 150, shade, 60)
        b.line([(240, y + 96), (760, y + 96)], tint(b.hue, 0.40, 0.52), 5)
    b.box(560, 400, 690, 540, PAPER, 8)
    b.across(625, 470, 110, INK, 2)


def board(b: Brush) -> None:
    wood, grain = tint(b.hue, 0.42, 0.50), tint(b.hue, 0.44, 0.42)
    b.box(440, 130, 560, 330, wood, 56)
    b.box(260, 270, 740, 870, wood, 70)
    for place in range(7):
        x = 315 + place * 62
        b.line([(x, 300), (x + 16, 480), (x - 10, 660), (x + 6, 840)], grain, 5)
    b.oval(472, 165, 528, 221, grain)


def spoons(b: Brush) -> None:
    for x, lean in ((360, -60), (560, 70)):
        b.poly([(x + 30, 430), (x + 70, 430), (x + 78 + lean, 870), (x + 22 + lean, 870)], tint(b.hue, 0.40, 0.46))
        b.oval(x - 40, 160, x + 140, 460, tint(b.hue, 0.42, 0.54))
        b.oval(x - 8, 195, x + 108, 420, tint(b.hue, 0.40, 0.44))


def vase(b: Brush) -> None:
    stem = tint(96, 0.30, 0.34)
    for x, y in ((360, 130), (520, 90), (660, 160), (590, 250), (420, 260)):
        b.line([(500, 500), (x, y)], stem, 9)
        b.oval(x - 44, y - 34, x + 44, y + 44, tint(b.hue + 170, 0.55, 0.68))
        b.oval(x - 14, y - 8, x + 14, y + 18, tint(48, 0.8, 0.62))
    b.box(430, 440, 570, 560, b.main, 20)
    b.oval(300, 500, 700, 870, b.main)
    b.oval(430, 425, 570, 465, b.dark)
    b.arc(350, 560, 650, 840, (190, 250), b.light, 16)


def candle(b: Brush) -> None:
    b.oval(462, 215, 538, 360, tint(38, 0.95, 0.62))
    b.oval(482, 265, 518, 350, tint(52, 0.95, 0.80))
    b.line([(500, 345), (500, 440)], INK, 10)
    b.box(300, 430, 700, 850, b.main, 40)
    b.oval(300, 390, 700, 490, b.light)
    b.oval(335, 405, 665, 475, PAPER)
    b.box(375, 560, 625, 760, PAPER, 8)
    b.across(500, 660, 215, INK)


def pillow(b: Brush) -> None:
    b.poly([(180, 250), (500, 290), (820, 250), (790, 540), (820, 830), (500, 790), (180, 830), (210, 540)], b.main)
    for place in range(6):
        y = 330 + place * 78
        b.line([(235, y), (500, y + 16), (765, y)], b.light, 10)


def pile(b: Brush) -> None:
    b.oval(170, 560, 830, 850, WOOD_DARK)
    b.oval(170, 530, 830, 810, WOOD)
    b.oval(215, 555, 785, 780, WOOD_DARK)
    for step in range(150):
        angle, reach = step * 2.39996, math.sqrt(step / 150)
        x, y = 500 + 250 * reach * math.cos(angle), 640 + 105 * reach * math.sin(angle) - 150 * (1 - reach)
        lean = (step * 37) % 60 - 30
        shade = (b.main, b.dark, b.light)[step % 3]
        b.line([(x - 30, y - lean / 2), (x, y), (x + 30, y + lean / 2 + 6)], shade, 15)


def rack(b: Brush) -> None:
    for x in (230, 735):
        b.box(x, 170, x + 36, 870, WOOD_DARK, 6)
    for y in (280, 520, 760):
        b.box(210, y, 790, y + 36, WOOD, 8)
    for x, y, high in (
        (300, 280, 90),
        (420, 280, 70),
        (560, 520, 130),
        (310, 520, 110),
        (480, 760, 150),
        (640, 280, 80),
    ):
        b.box(x, y - high, x + 90, y, (b.main, b.light, b.dark)[(x + y) % 3], 14)


def bars(b: Brush) -> None:
    for place in range(5):
        x, y = 220 + place * 112, 330 + (place % 2) * 40
        b.box(x, y, x + 104, y + 460, (b.main, b.light)[place % 2], 14)
        b.box(x, y, x + 104, y + 44, b.dark, 10)
        b.box(x + 20, y + 110, x + 84, y + 380, PAPER, 6)
        b.down(x + 52, y + 120, 250, INK, 3)


SHAPES: dict[str, Callable[[Brush], None]] = {
    shape.__name__: shape
    for shape in (
        tin, pouch, gift_box, gaiwan, teapot, cake, bottle, jar, fruit, bowl, basket, lamp, stool, chair, cloth,
        board, spoons, vase, candle, pillow, pile, rack, bars,
    )
}  # fmt: skip
