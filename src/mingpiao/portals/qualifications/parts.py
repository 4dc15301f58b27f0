"""Parts of pages about 资质证书: states, days left, fields beside the picture, and files as answers."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response

from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem
from mingpiao.portals.forms import read_day
from mingpiao.portals.session import PageCall
from mingpiao.qualifications.model import (
    FIELD_LABELS,
    UNLIMITED,
    Qualification,
    QualificationState,
    QualificationType,
    Statement,
    UnitQualifications,
)
from mingpiao.qualifications.service import REMINDERS, SURE, plain_code
from mingpiao.reading.model import PagePlace

_STATE_COLOURS = {
    QualificationState.ACCEPTED: "green",
    QualificationState.REJECTED: "red",
    QualificationState.UNREADABLE: "red",
    QualificationState.SUPERSEDED: "secondary",
    QualificationState.WITHDRAWN: "secondary",
    QualificationState.RETIRED: "secondary",
    QualificationState.REVOKED: "red",
}
TYPE_OPTIONS = [
    (qualification_type.value, qualification_type.label) for qualification_type in QualificationType
]
#: Long texts, which get a field of several lines.
_LONG = frozenset({"purpose"})


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """One field beside the picture. `read` and `stated` are in people's spelling; `sure` is None if nothing
    was read.
    """

    name: str
    label: str
    read: str
    stated: str
    sure: bool | None
    percent: int
    places: tuple[PagePlace, ...]
    notes: tuple[str, ...]
    long: bool


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the picture with its marks."""

    number: int
    width: int
    height: int
    marks: tuple[tuple[str, str, PagePlace], ...]


class QualificationView(msgspec.Struct, frozen=True, kw_only=True):
    """All that a page shows of a qualification. `general` are notes that concern no single field."""

    qualification: Qualification
    fields: tuple[FieldView, ...]
    pages: tuple[PageView, ...]
    general: tuple[str, ...]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A banner: `kind` is one of Tabler's alerts."""

    kind: str
    heading: str
    text: str


def qualification_view(qualification: Qualification) -> QualificationView:
    """A qualification in the form for its page."""
    return QualificationView(
        qualification=qualification,
        fields=tuple(_field(qualification, name) for name in FIELD_LABELS),
        pages=_pages(qualification),
        general=tuple(each.message for each in qualification.differences if not each.field),
    )


def _field(qualification: Qualification, name: str) -> FieldView:
    found = qualification.reading.fields.get(name) if qualification.reading else None
    return FieldView(
        name=name,
        label=FIELD_LABELS[name],
        read=plain_value(name, found.value) if found else "",
        stated=plain_value(name, qualification.stated.value(name)) if qualification.stated else "",
        sure=None if found is None else found.confidence >= SURE,
        percent=round(found.confidence * 100) if found else 0,
        places=found.places if found else (),
        notes=tuple(each.message for each in qualification.differences if each.field == name),
        long=name in _LONG,
    )


def _pages(qualification: Qualification) -> tuple[PageView, ...]:
    if qualification.reading is None:
        return ()
    marks = [
        (name, FIELD_LABELS[name], place)
        for name, found in qualification.reading.fields.items()
        for place in found.places
    ]
    return tuple(
        PageView(
            number=number,
            width=round(sheet.width),
            height=round(sheet.height),
            marks=tuple(mark for mark in marks if mark[2].page == number),
        )
        for number, sheet in enumerate(qualification.reading.sheets, 1)
    )


def plain_value(name: str, value: str) -> str:
    """A field's value in people's spelling."""
    if name == "qualification_type":
        return QualificationType(value).label if value else ""
    return "长期" if value == UNLIMITED else value


def state_colour(qualification: Qualification) -> str:
    """The colour of a qualification's state; words beside it say the same."""
    if qualification.state is QualificationState.ACCEPTED:
        left = qualification.days_left(today())
        if left is not None and left <= REMINDERS[0]:
            return "red" if left < 0 else "orange"
    return _STATE_COLOURS.get(qualification.state, "orange")


def days_text(qualification: Qualification) -> str:
    """How long an accepted qualification is still valid, in words; empty for any other."""
    if qualification.state is not QualificationState.ACCEPTED:
        return ""
    left = qualification.days_left(today())
    if left is None:
        return "长期有效"
    if left < 0:
        return f"已到期{-left}天"
    return f"还有{left}天" if left else "今天到期"


def notice_of(standing: UnitQualifications) -> Notice | None:
    """What the home page of a unit says about its qualifications; None if nothing needs to be done."""
    left = standing.days_left(today())
    if left is not None and left < 0:
        text = f"有效期至{standing.valid_until}。请上传换发后的证书，认定有效后立即恢复开票。"
        return Notice(kind="danger", heading="资质证书已到期，开票功能已锁定", text=text)
    if left is not None and left <= REMINDERS[0]:
        heading = f"资质证书还有{left}天到期" if left else "资质证书今天到期"
        text = f"有效期至{standing.valid_until}，次日零时起开票功能将锁定。请尽快换证并上传。"
        return Notice(kind="warning", heading=heading, text=text)
    if standing.revoked is not None:
        reason = standing.revoked.decision_reason
        text = f"原因：{reason}。请上传有效的证书，由财政部门认定有效后立即恢复开票。"
        return Notice(kind="danger", heading="资质证书的认定已撤销，开票功能已锁定", text=text)
    if not standing.current and not standing.waiting:
        text = "目前不影响开票。请票据管理员上传资质证书，由平台识别认定。"
        return Notice(kind="info", heading="平台上还没有本单位的资质证书", text=text)
    return None


# -- what a unit states --------------------------------------------------------------------------


def form_values(qualification: Qualification) -> dict[str, str]:
    """The first content of a form: what was stated before, else what was read."""
    values = {}
    for name in FIELD_LABELS:
        stated = qualification.stated.value(name) if qualification.stated else ""
        values[name] = stated or (qualification.reading.value(name) if qualification.reading else "")
    if values["valid_until"] == UNLIMITED:
        values |= {"valid_until": "", "unlimited": "yes"}
    return values


def read_statement(form: Mapping[str, str]) -> tuple[Statement | None, list[Problem]]:
    """A statement from a posted form, or the problems of a form that cannot be one."""
    problems: list[Problem] = []
    days: dict[str, date | None] = {"valid_from": None, "valid_until": None}
    for name in days:
        try:
            days[name] = read_day(form[name]) if form.get(name) else None
        except ValueError:
            message = f"{FIELD_LABELS[name]}的日期不正确，请按“年-月-日”填写。"
            problems.append(_problem("day_invalid", name, message))
    qualification_type = form.get("qualification_type", "")
    if qualification_type not in set(QualificationType):
        problems.append(_problem("type_missing", "qualification_type", "请选择证书种类。"))
    if problems:
        return None, problems
    unlimited = form.get("unlimited") == "yes"
    return Statement(
        qualification_type=QualificationType(qualification_type),
        name=form.get("name", ""),
        code=plain_code(form.get("code", "").replace(" ", "")),
        representative=form.get("representative", ""),
        issuer=form.get("issuer", ""),
        valid_from=days["valid_from"],
        valid_until=None if unlimited else days["valid_until"],
        unlimited=unlimited,
        purpose=_one_line(form.get("purpose", "")),
        address=form.get("address", ""),
    ), []


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _problem(reason: str, field: str, message: str) -> Problem:
    return Problem(code=f"qualification.{reason}", field=field, message=message, status=422)


# -- files ---------------------------------------------------------------------------------------


def picture_answer(picture: bytes) -> Response[bytes]:
    """A page's picture. It never changes, but only this person's browser may keep it."""
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=600"})


async def file_answer(call: PageCall, qualification: Qualification) -> Response[bytes]:
    """The file as it was uploaded, to be saved and never shown by the browser itself; put down in the audit trail."""
    data = await call.services.qualifications.open_file(qualification)
    await call.note_download(
        "qualification:download",
        f"qualification:{qualification.qualification_id}",
        unit_id=qualification.unit_id,
        details={},
    )
    headers: dict[str, Any] = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(qualification.file_name)}",
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=qualification.media_type, headers=headers)
