"""The list of the audit trail, newest first."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from mingpiao.identity.service import AuditRow, audit_trail, usernames
from mingpiao.portals.audit.wording import action_label, details_text
from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.list_columns import Column, Note, Parts
from mingpiao.portals.list_filters import DigitsFilter, Here, TextFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.storage.paging import Page

_BILL = re.compile(r"([0-9]{8})[ -]?([0-9]{10})")
_LONGEST_SUBJECT, _LONGEST_DETAILS = 28, 200


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line with the user names of the accounts that it mentions."""

    row: AuditRow
    actor: str
    subject: str


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[AuditLine]:
    unit_id = int(wanted["unit_id"]) if wanted["unit_id"] else None
    found = await audit_trail(
        here.connection, subject=_subject(wanted["subject"]), unit_id=unit_id, after=key, limit=limit
    )
    labels = [row.actor for row in found.items] + [row.subject for row in found.items]
    names = await usernames(here.connection, labels)
    lines = tuple(
        AuditLine(row=row, actor=names.get(row.actor, ""), subject=names.get(row.subject, ""))
        for row in found.items
    )
    return Page(items=lines, next_key=found.next_key)


def _subject(text: str) -> str:
    """The stored 票据编号 of a bill for which a person types code and number together."""
    bill = _BILL.fullmatch(text)
    return f"bill:{int(bill[1] + bill[2])}" if bill else text


def _named(text: str, name: str) -> Parts:
    return Parts((text, Markup('<span class="text-secondary">（{}）</span>').format(name) if name else ""))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _subject_cell(line: AuditLine) -> Parts:
    """The subject as a link to all lines about it; the tooltip shows a long one in full."""
    subject = line.row.subject
    cell = Markup('<a href="/admin/audit?{}"{}>{}</a>').format(
        urlencode({"subject": subject}),
        Markup(' title="{}"').format(subject) if len(subject) > _LONGEST_SUBJECT else "",
        _cut(subject, _LONGEST_SUBJECT),
    )
    return Parts((cell, Note(line.subject)) if line.subject else (cell,))


def _details(line: AuditLine) -> str:
    return details_text(line.row.action, line.row.details)


AUDIT: Listing[AuditLine] = Listing(
    name="audit",
    address="/admin/audit",
    title="操作留痕",
    key="before",
    page_size=100,
    filters=(
        TextFilter(
            name="subject",
            label="对象",
            width="col-12 col-md-5",
            hint="票据填代码和号码（18位）；其他的点列表中的对象",
        ),
        DigitsFilter(
            name="unit_id",
            label="单位编号",
            most=18,
            width="col-12 col-md-4",
            hint="用票单位页面地址末尾的数字",
        ),
    ),
    columns=(
        Column(name="at", label="时间", kind="moment", value=lambda line: line.row.at),
        Column(
            name="actor",
            label="操作者",
            kind="code",
            phone=False,
            value=lambda line: _named(line.row.actor, line.actor),
        ),
        Column(
            name="action",
            label="操作",
            kind="short",
            head=True,
            value=lambda line: Markup('<span data-action="{}">{}</span>').format(
                line.row.action, action_label(line.row.action)
            ),
            text=lambda line: action_label(line.row.action),
        ),
        Column(
            name="subject",
            label="对象",
            kind="code",
            value=_subject_cell,
            text=lambda line: line.row.subject,
        ),
        Column(
            name="details",
            label="细节",
            kind="long",
            phone=False,
            value=lambda line: _cut(_details(line), _LONGEST_DETAILS),
            text=_details,
        ),
        Column(
            name="address", label="来源地址", kind="code", phone=False, value=lambda line: line.row.address
        ),
    ),
    fetch=_fetch,
    empty=("没有符合条件的留痕", "请核对对象或单位编号。"),
    export=ExportFile(action="audit:export", file="audit", right=ADMINISTER),
)
