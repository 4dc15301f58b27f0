"""A page in the making, and the few ways of putting things on it."""

from mingpiao.layout.display import FacePage, FaceRule, FaceSeal, Symbol, Text
from mingpiao.layout.fitting import Fitted, baseline, fit
from mingpiao.layout.model import Align, Colour, FaceBox, TextSpec
from mingpiao.letters.service import Typecase

#: A label takes at most this part of its box; the rest is the value's.
_LABEL_SHARE = 0.6

OUTER = 0.3
INNER = 0.2


class Canvas:
    """Collects what one page shows."""

    def __init__(self) -> None:
        self.form: list[Text] = []
        self.values: list[Text] = []
        self.rules: list[FaceRule] = []
        self.symbol: Symbol | None = None
        self.stamps: tuple[FaceSeal, ...] = ()

    def rule(self, x1: float, y1: float, x2: float, y2: float, width: float, colour: Colour) -> None:
        """A straight line, mm."""
        self.rules.append(FaceRule(x1, y1, x2, y2, width, colour))

    def frame(self, box: FaceBox, width: float, colour: Colour) -> None:
        """The four sides of a box."""
        right, bottom = box.x + box.width, box.y + box.height
        self.rule(box.x, box.y, right, box.y, width, colour)
        self.rule(box.x, bottom, right, bottom, width, colour)
        self.rule(box.x, box.y, box.x, bottom, width, colour)
        self.rule(right, box.y, right, bottom, width, colour)

    def page(self) -> FacePage:
        """The finished page."""
        return FacePage(
            form=tuple(self.form),
            values=tuple(self.values),
            rules=tuple(self.rules),
            symbol=self.symbol,
            stamps=self.stamps,
        )


def aligned_left(box: FaceBox, width: float, align: Align) -> float:
    """x at which a line of text of a width begins in a box."""
    if align == "left":
        return box.x
    spare = box.width - width
    return box.x + (spare if align == "right" else spare / 2)


def place(target: list[Text], fitted: Fitted, box: FaceBox, align: Align, colour: Colour) -> None:
    """Put fitted lines into the middle (vertically) of a box."""
    count = len(fitted.lines)
    for index, (line, width) in enumerate(zip(fitted.lines, fitted.widths, strict=True)):
        y = baseline(box.y, box.height, fitted.size, index, count)
        target.append(Text(aligned_left(box, width, align), y, fitted.size, width, line, colour))


def fit_labelled(
    letters: Typecase, label: str, value: str, box: FaceBox, text: TextSpec
) -> tuple[Fitted, Fitted]:
    """A label and its value as they fit side by side into a box."""
    label_fitted = fit(label, letters, box.width * _LABEL_SHARE, box.height, text.size, text.min_size)
    rest = box.width - label_fitted.width
    return label_fitted, fit(value, letters, rest, box.height, text.size, text.min_size)


def labelled(
    canvas: Canvas,
    letters: Typecase,
    label: tuple[str, Colour],
    value: tuple[str, Colour],
    box: FaceBox,
    text: TextSpec,
) -> bool:
    """Put a label and its value side by side into a box; whether the whole value found room."""
    label_fitted, value_fitted = fit_labelled(letters, label[0], value[0], box, text)
    place(canvas.form, label_fitted, box, "left", label[1])
    used = label_fitted.width
    rest = FaceBox(x=box.x + used, y=box.y, width=box.width - used, height=box.height)
    place(canvas.values, value_fitted, rest, "left", value[1])
    return value_fitted.complete


def grid_rules(canvas: Canvas, box: FaceBox, header_height: float, edges: list[float], ink: Colour) -> None:
    """The frame of a table, the line under its header and the lines between its columns."""
    canvas.frame(box, OUTER, ink)
    header = box.y + header_height
    canvas.rule(box.x, header, box.x + box.width, header, INNER, ink)
    for edge in edges:
        canvas.rule(edge, box.y, edge, box.y + box.height, INNER, ink)
