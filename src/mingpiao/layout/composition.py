"""From a face and its template to the display list: what stands where on which page.

Nothing that the original says is lost: items and lists flow over as many pages as they take, and a
value too long for its place ends with an ellipsis there and stands in full on a page at the end.
"""

import msgspec

from mingpiao.kernel.codes import is_training_code
from mingpiao.kernel.errors import refuse
from mingpiao.layout.canvas import INNER, OUTER, Canvas, grid_rules, labelled, place
from mingpiao.layout.display import Composition, FacePage, FaceSeal, Text
from mingpiao.layout.fields import (
    AUX_SOURCES,
    FACE_SOURCES,
    ITEM_SOURCES,
    RELATED_CODE,
    RELATED_NUMBER,
    face_value,
)
from mingpiao.layout.fitting import baseline, fit
from mingpiao.layout.loading import free_columns, info_box, info_cell
from mingpiao.layout.model import ColumnSpec, FaceBox, FaceField, FaceTemplate, InfoField, TextSpec
from mingpiao.layout.qr import check_address, symbol
from mingpiao.layout.rows import Row, fit_row, pour
from mingpiao.letters.service import Typecase
from mingpiao.sealing.model import Face

BLACK = (0, 0, 0)
MAX_PAGES = 400

#: What lies under each page of a bill of a training site, in this many rows.
_TRAINING, _TRAINING_ROWS, _TRAINING_SIZE = "演练票据 无效", 3, 24.0
_TRAINING_COLOUR = (249, 204, 204)
_ANNEX_COLUMNS = (("栏目", 40.0), ("全文", 150.0))


def compose(face: Face, template: FaceTemplate, address: str, letters: Typecase) -> Composition:
    """The whole face as pages of placed things; `address` is the content of the QR symbol.

    Refusal `layout.too_many_pages` above `MAX_PAGES`. The same arguments give the same display list.
    A bill of a training site is marked on each page.
    """
    composer = _Composer(face, template, letters)
    composer.draw_front(address)
    composer.draw_items()
    composer.draw_list()
    composer.draw_annex()
    composition = Composition(
        title=face.name, width=template.width, height=template.height, pages=composer.finished()
    )
    return _as_training(composition, letters) if is_training_code(face.code) else composition


def _as_training(composition: Composition, letters: Typecase) -> Composition:
    """The same with 演练 under all that each page says, and in the title; the bill's signed code asks for it."""
    fitted = fit(_TRAINING, letters, composition.width, composition.height, _TRAINING_SIZE, 2)
    band = composition.height / _TRAINING_ROWS
    mark = tuple(
        Text(
            (composition.width - fitted.width) / 2,
            baseline(row * band, band, fitted.size),
            fitted.size,
            fitted.width,
            fitted.lines[0],
            _TRAINING_COLOUR,
        )
        for row in range(_TRAINING_ROWS)
    )
    return msgspec.structs.replace(
        composition,
        title=f"{composition.title}（演练，无效）",
        pages=tuple(msgspec.structs.replace(page, form=(*mark, *page.form)) for page in composition.pages),
    )


def cut_values(face: Face, template: FaceTemplate, letters: Typecase) -> list[str]:
    """The labels of what finds no room on the front page and goes to the page of full texts."""
    composer = _Composer(face, template, letters)
    composer.draw_front(check_address("", code=face.code, number=face.number, sm3="0" * 64))
    return [label for label, _ in composer.annex]


class _Composer:
    """One face in the making: its canvases, and the full texts still to be shown."""

    def __init__(self, face: Face, template: FaceTemplate, letters: Typecase) -> None:
        self.face = face
        self.template = template
        self.letters = letters
        self.canvases: list[Canvas] = []
        self.annex: list[tuple[str, str]] = []
        self.value_colour = template.red.colour if face.total < 0 else BLACK

    # --- the front page -----------------------------------------------------------------------

    def draw_front(self, address: str) -> None:
        template = self.template
        canvas = self._new_canvas()
        canvas.symbol = symbol(address, template.qr)
        canvas.stamps = (
            FaceSeal("supervisor", template.supervisor_seal),
            FaceSeal("unit", template.unit_seal),
        )
        self._draw_title(canvas)
        for field in template.fields:
            self._draw_field(canvas, field)
        self._draw_totals(canvas)
        self._draw_info(canvas)
        for line in template.lines:
            canvas.rule(line.x1, line.y1, line.x2, line.y2, line.thickness, template.ink)
        if self.face.total < 0:
            self._draw_red_marks(canvas)

    def _draw_title(self, canvas: Canvas) -> None:
        title = self.template.title
        ink = self.template.ink
        fitted = fit(
            self.face.name,
            self.letters,
            title.box.width,
            title.box.height,
            title.size,
            self.template.text.min_size,
        )
        self._note_cut("票据名称", self.face.name, fitted.complete)
        place(canvas.form, fitted, title.box, "center", ink)
        width = fitted.width + 4
        left = title.box.x + (title.box.width - width) / 2
        below = title.box.y + title.box.height
        for y in (below, below + title.underline_gap):
            canvas.rule(left, y, left + width, y, INNER, ink)

    def _draw_field(self, canvas: Canvas, field: FaceField) -> None:
        text = text_of(self.template, field)
        self._draw_labelled(canvas, field.label, face_value(self.face, field.value), field.box, text)

    def _draw_labelled(self, canvas: Canvas, label: str, value: str, box: FaceBox, text: TextSpec) -> None:
        complete = labelled(canvas, self.letters, (label, self.template.ink), (value, BLACK), box, text)
        self._note_cut(label, value, complete)

    def _draw_totals(self, canvas: Canvas) -> None:
        template, totals = self.template, self.template.totals
        table = template.table.box
        top = table.y + table.height
        words = FaceBox(x=table.x, y=top, width=totals.words_width, height=totals.height)
        figures = FaceBox(
            x=table.x + totals.words_width,
            y=top,
            width=table.width - totals.words_width,
            height=totals.height,
        )
        canvas.frame(FaceBox(x=table.x, y=top, width=table.width, height=totals.height), OUTER, template.ink)
        for label, source, box in (
            (totals.words_label, "total_words", words),
            (totals.figures_label, "total", figures),
        ):
            text = FACE_SOURCES[source](self.face)
            labelled(
                canvas,
                self.letters,
                (label, template.ink),
                (text, self.value_colour),
                padded(box),
                template.text,
            )

    def _draw_info(self, canvas: Canvas) -> None:
        template, info = self.template, self.template.info
        outer = info_box(template)
        ink = template.ink
        canvas.frame(outer, OUTER, ink)
        canvas.rule(
            outer.x + info.heading_width,
            outer.y,
            outer.x + info.heading_width,
            outer.y + outer.height,
            INNER,
            ink,
        )
        pitch = min(outer.height / max(1, len(info.heading)), template.text.size * 1.6)
        top = outer.y + (outer.height - pitch * len(info.heading)) / 2
        for index, character in enumerate(info.heading):
            cell = FaceBox(x=outer.x, y=top + index * pitch, width=info.heading_width, height=pitch)
            fitted = fit(
                character, self.letters, cell.width, cell.height, template.text.size, template.text.min_size
            )
            place(canvas.form, fitted, cell, "center", ink)
        self._draw_info_grid(canvas)

    def _draw_info_grid(self, canvas: Canvas) -> None:
        info = self.template.info
        row = column = 0
        for field in info.fields:
            text = face_value(self.face, field.value)
            if field.optional and not text:
                continue
            span = self._span(field, row, column)
            while span == 0 and row < info.rows:
                row, column = row + 1, 0
                span = self._span(field, row, column)
            if row >= info.rows:
                self._note_cut(field.label, text, complete=not text)
                continue
            cell = padded(info_cell(self.template, row, column, span))
            self._draw_labelled(canvas, field.label, text, cell, self.template.text)
            column += span

    def _span(self, field: InfoField, row: int, column: int) -> int:
        """How many columns an entry gets here: those it asks for, fewer beside the seal, 0 without room."""
        free = free_columns(self.template, row)
        wanted = min(field.span, free)
        return wanted if column + wanted <= free else 0

    def _draw_red_marks(self, canvas: Canvas) -> None:
        red, text = self.template.red, self.template.text
        mark = fit(
            red.mark, self.letters, red.mark_box.width, red.mark_box.height, red.mark_box.height / 1.25, 1
        )
        place(canvas.values, mark, red.mark_box, "right", red.colour)
        code = self.face.extension.get(RELATED_CODE, "")
        number = self.face.extension.get(RELATED_NUMBER, "")
        if not code and not number:
            return
        sentence = red.sentence.format(code=code, number=number)
        box = red.sentence_box
        fitted = fit(sentence, self.letters, box.width, box.height, text.table_size, text.min_size)
        self._note_cut("对应蓝字票据", sentence, fitted.complete)
        place(canvas.values, fitted, box, "right", red.colour)

    # --- tables -------------------------------------------------------------------------------

    def draw_items(self) -> None:
        table = self.template.table
        rows = [
            self._row([ITEM_SOURCES[column.value](item) for column in table.columns], table.columns)
            for item in self.face.items
        ]
        front = _Area(table.box, table.header_height, table.panels, table.columns)
        following = _Area(self.template.list.box, table.header_height, table.panels, table.columns)
        self._pour(rows, front, following, self.template.title.more_suffix, self.canvases[0])

    def draw_list(self) -> None:
        if not self.face.aux_items:
            return
        spec = self.template.list
        rows = [
            self._row([AUX_SOURCES[column.value](item) for column in spec.columns], spec.columns)
            for item in self.face.aux_items
        ]
        area = _Area(spec.box, spec.header_height, 1, spec.columns)
        self._pour(rows, area, area, self.template.title.list_suffix, None)

    def draw_annex(self) -> None:
        if not self.annex:
            return
        spec = self.template.list
        scale = spec.box.width / sum(width for _, width in _ANNEX_COLUMNS)
        columns = tuple(
            ColumnSpec(title=title, value=title, width=width * scale) for title, width in _ANNEX_COLUMNS
        )
        rows = [self._row([label, text], columns) for label, text in self.annex]
        area = _Area(spec.box, spec.header_height, 1, columns)
        self._pour(rows, area, area, self.template.title.annex_suffix, None)

    def _row(self, texts: list[str], columns: tuple[ColumnSpec, ...]) -> Row:
        return fit_row(texts, columns, self.letters, self.template.text)

    def _pour(
        self, rows: list[Row], front: "_Area", following: "_Area", suffix: str, canvas: Canvas | None
    ) -> None:
        """Pour rows into the front area (on `canvas`, or on a new page), then into following pages."""
        remaining = list(reversed(rows))
        area = front
        while True:
            self._fill(canvas or self._new_following(suffix), area, remaining)
            if not remaining:
                return
            canvas, area = None, following

    def _fill(self, canvas: Canvas, area: "_Area", remaining: list[Row]) -> None:
        self._draw_grid(canvas, area)
        for panel in range(area.panels):
            pour(remaining, canvas.values, area.panel(panel), area.columns, self.template.text)

    def _draw_grid(self, canvas: Canvas, area: "_Area") -> None:
        text, ink = self.template.text, self.template.ink
        grid_rules(canvas, area.box, area.header_height, area.edges(), ink)
        for panel in range(area.panels):
            left = area.box.x + panel * area.panel_width
            for column in area.columns:
                cell = FaceBox(x=left, y=area.box.y, width=column.width, height=area.header_height)
                fitted = fit(
                    column.title, self.letters, cell.width, cell.height, text.table_size, text.min_size
                )
                place(canvas.form, fitted, cell, "center", ink)
                left += column.width

    # --- pages --------------------------------------------------------------------------------

    def _new_canvas(self) -> Canvas:
        if len(self.canvases) >= MAX_PAGES:
            raise refuse(
                "layout.too_many_pages",
                f"票面内容超过 {MAX_PAGES} 页，无法生成版式文件，请减少清单行数后分开开具。",
            )
        canvas = Canvas()
        self.canvases.append(canvas)
        return canvas

    def _new_following(self, suffix: str) -> Canvas:
        title = self.template.title
        canvas = self._new_canvas()
        box = title.continued_box
        fitted = fit(
            self.face.name + suffix,
            self.letters,
            box.width,
            box.height,
            title.continued_size,
            self.template.text.min_size,
        )
        place(canvas.form, fitted, box, "center", self.template.ink)
        for field in self.template.continued_fields:
            self._draw_field(canvas, field)
        return canvas

    def _note_cut(self, label: str, text: str, complete: bool) -> None:
        entry = (label.rstrip("："), text)
        if not complete and entry not in self.annex:
            self.annex.append(entry)

    def finished(self) -> tuple[FacePage, ...]:
        count = len(self.canvases)
        if count > 1:
            for index, canvas in enumerate(self.canvases):
                label = f"第 {index + 1} 页 共 {count} 页"
                box, text = self.template.page_label, self.template.text
                fitted = fit(label, self.letters, box.width, box.height, text.table_size, text.min_size)
                place(canvas.values, fitted, box, "right", BLACK)
        return tuple(canvas.page() for canvas in self.canvases)


def text_of(template: FaceTemplate, field: FaceField) -> TextSpec:
    """The text sizes of a field: the template's, unless it has a size of its own."""
    return msgspec.structs.replace(template.text, size=field.size) if field.size else template.text


class _Area:
    """A table's rectangle, divided into panels of equal columns."""

    def __init__(
        self, box: FaceBox, header_height: float, panels: int, columns: tuple[ColumnSpec, ...]
    ) -> None:
        self.box = box
        self.header_height = header_height
        self.panels = panels
        self.columns = columns
        self.panel_width = box.width / panels

    def panel(self, index: int) -> FaceBox:
        """The body of one panel, under the header."""
        return FaceBox(
            x=self.box.x + index * self.panel_width,
            y=self.box.y + self.header_height,
            width=self.panel_width,
            height=self.box.height - self.header_height,
        )

    def edges(self) -> list[float]:
        """x of every inner column edge, mm."""
        edges: list[float] = []
        for panel in range(self.panels):
            x = self.box.x + panel * self.panel_width
            for column in self.columns:
                x += column.width
                edges.append(x)
        return edges[:-1]


def padded(box: FaceBox, padding: float = 1.0) -> FaceBox:
    """A box without the space that is kept free at its left and right."""
    return FaceBox(x=box.x + padding, y=box.y, width=box.width - 2 * padding, height=box.height)
