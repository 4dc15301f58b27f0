"""The lists of the audit trail: of a unit for its manager, of a region for its departments, and of all."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import ADMINISTRATORS, Account, ChangedValue, Role
from mingpiao.identity.service import AuditRow, TrailQuestion, audit_trail
from mingpiao.portals.audit.filters import ActionFilter, TrailDays, usual_trail
from mingpiao.portals.audit.rights import DEPARTMENT_AUDIT, UNIT_AUDIT
from mingpiao.portals.audit.wording import (
    action_label,
    changed_in_words,
    details_text,
    subject_kinds,
    subject_word,
)
from mingpiao.portals.gates import AUDIT, UNIT_ROLES, Right
from mingpiao.portals.list_columns import Column, Note, Parts
from mingpiao.portals.list_filters import Filter, Here, RegionFilter, TextFilter, UnitFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of

_BILL = re.compile(r"([0-9]{8})[ -]?([0-9]{10})")
#: What is longer is folded; the whole text is one click, or the space bar, away.
_LONG, _HEAD, _MOST_CHANGES = 120, 60, 4


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line in words. `actor` and `place` tell who acted and for whom that person works."""

    row: AuditRow
    actor: str
    person: str
    place: str
    subject: str
    unit: str
    address: str
    details: str
    changed: tuple[ChangedValue, ...]


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[AuditLine]:
    question = TrailQuestion(
        subjects=_subjects(wanted["subject"]),
        unit_id=wanted.get("unit_id"),
        person=wanted["person"],
        actions=wanted["actions"],
        region=wanted.get("region", ""),
        first=wanted["from"],
        last=wanted["to"],
    )
    found = await audit_trail(here.connection, question, after=key, limit=limit)
    units = {row.unit_id for row in found.items if row.unit_id is not None}
    names = await names_of(here.connection, units)
    return Page(items=tuple(_line(row, here, names) for row in found.items), next_key=found.next_key)


def _subjects(text: str) -> tuple[str, ...]:
    """What a person may mean: a bill by code and number, something as it is stored, or its code or number alone."""
    if bill := _BILL.fullmatch(text):
        return (f"bill:{int(bill[1] + bill[2])}",)
    if not text or ":" in text:
        return (text,) if text else ()
    written = dict.fromkeys((text, text.upper()))
    return tuple(f"{kind}:{each}" for kind in subject_kinds() for each in written)


# -- a line in words -------------------------------------------------------------------------------


def _line(row: AuditRow, here: Here, unit_names: Mapping[int, str]) -> AuditLine:
    unit = unit_names.get(row.unit_id, "") if row.unit_id is not None else ""
    hidden = _is_stranger(row, here.account)
    place = _place(row, here.catalog, unit)
    changed = changed_in_words(row.action, row.changed)
    return AuditLine(
        row=row,
        actor=place if hidden else _actor(row),
        person="" if hidden else row.actor_user or (row.actor if row.actor.startswith("app:") else ""),
        place="" if hidden else place,
        subject=_subject_text(row, here.catalog, unit),
        unit=unit,
        address="" if hidden else row.address,
        details=details_text(row.action, row.details),
        changed=tuple(_with_region_names(each, here.catalog) for each in changed),
    )


def _is_stranger(row: AuditRow, reader: Account) -> bool:
    """Whether a unit reads of somebody of a department or of the administrators: it learns the office alone."""
    return reader.unit_id is not None and row.actor_role not in ("", *(each.value for each in UNIT_ROLES))


def _actor(row: AuditRow) -> str:
    kind, _, ident = row.actor.partition(":")
    if kind == "app":
        return f"接口应用 {ident}"
    if kind == "system":
        return "平台"
    return f"{row.actor_name}（{row.actor_user}）" if row.actor_user else f"账户 {ident}"


def _place(row: AuditRow, catalog: Catalog, unit: str) -> str:
    """For whom the acting person works: their role, and the unit or department."""
    if not row.actor_role:
        return unit if row.actor.startswith("app:") else ""
    role = Role(row.actor_role)
    if role in ADMINISTRATORS or role is Role.UNGRANTED:
        return role.label
    department = catalog.departments.get(row.actor_region or "")
    return f"{department.name if department else unit}，{role.label}"


def _subject_text(row: AuditRow, catalog: Catalog, unit: str) -> str:
    kind, _, ident = row.subject.partition(":")
    return f"{subject_word(row.subject)} {_subject_name(kind, ident, row, catalog, unit)}".strip()


def _subject_name(kind: str, ident: str, row: AuditRow, catalog: Catalog, unit: str) -> str:
    named = row.details.get("username" if kind == "account" else "name", "")
    if kind == "bill":
        digits = ident.zfill(18)
        return f"{digits[:8]} {digits[8:]}"
    if kind in ("unit", "signing_key"):
        return unit or ident
    if kind == "account":
        own = row.actor_user if row.actor == row.subject else ""
        return named or own or ("未知用户名" if ident == "unknown" else ident)
    if kind == "evidence":
        return named or ident
    members: Mapping[str, Mapping[str, Any]] = {
        "region": catalog.regions,
        "kind": catalog.kinds,
        "charge_item": catalog.items,
        "category": catalog.categories,
        "department": catalog.departments,
        "library": catalog.libraries,
        "code_list": catalog.code_lists,
    }
    stored = members.get(kind, {}).get(ident)
    return f"{ident} {stored.name}" if stored else f"{ident} {named}".strip()


def _with_region_names(change: ChangedValue, catalog: Catalog) -> ChangedValue:
    """A region's code in a change gets its name: units move from one to another."""
    if change.name not in ("所属地区", "财政部门"):
        return change
    told = [
        f"{code} {catalog.regions[code].name}" if code in catalog.regions else code
        for code in (change.before, change.after)
    ]
    return msgspec.structs.replace(change, before=told[0], after=told[1])


# -- cells -----------------------------------------------------------------------------------------


def _folded(head: str, body: Markup) -> Markup:
    return Markup("<details><summary>{}</summary>{}</details>").format(head, body)


def _details_cell(line: AuditLine) -> Markup | str:
    if len(line.details) <= _LONG:
        return line.details
    return _folded(f"{line.details[:_HEAD]}…（共{len(line.details)}字）", Markup("{}").format(line.details))


_CHANGE = Markup(
    '<li>{}：<span class="visually-hidden">原值</span><del>{}</del> → '
    '<span class="visually-hidden">新值</span><ins>{}</ins></li>'
)


def _changes_cell(line: AuditLine) -> Markup | str:
    if not line.changed:
        return ""
    rows = Markup("").join(
        _CHANGE.format(each.name, each.before or "（空）", each.after or "（空）") for each in line.changed
    )
    body = Markup('<ul class="audit-changes">{}</ul>').format(rows)
    if len(line.changed) <= _MOST_CHANGES and len(_changes_text(line)) <= 2 * _LONG:
        return body
    names = "、".join(each.name for each in line.changed)
    return _folded(f"{len(line.changed)}项：{names if len(names) <= _HEAD else names[:_HEAD] + '…'}", body)


def _changes_text(line: AuditLine) -> str:
    return "；".join(
        f"{each.name}：{each.before or '（空）'} → {each.after or '（空）'}" for each in line.changed
    )


def _listing(
    portal: str, name: str, right: Right, filters: tuple[Filter, ...], *, of_units: bool
) -> Listing[AuditLine]:
    """One portal's list; the scope of its reader decides which lines it has."""
    address = f"/{portal}/audit"

    def link(**question: str) -> str:
        return f"{address}?{urlencode(question)}"

    def actor(line: AuditLine) -> Parts:
        shown = (
            Markup('<a href="{}">{}</a>').format(link(person=line.person), line.actor)
            if line.person
            else line.actor
        )
        return Parts((shown, Note(line.place) if line.place else ""))

    unit: Column[AuditLine] = Column(
        name="unit", label="用票单位", kind="wide", phone=False, value=lambda line: line.unit
    )
    return Listing(
        name=name,
        address=address,
        title="操作留痕",
        crumbs=(("首页", "/unit"),) if portal == "unit" else (),
        key="before",
        page_size=100,
        usual=usual_trail,
        filters=(
            TextFilter(name="person", label="操作者", hint="姓名、用户名或接口应用"),
            ActionFilter(name="action", label="操作", hint="操作名称中的词，例如“停用”“审核”“导出”"),
            *filters,
            TrailDays(label="时间"),
            TextFilter(
                name="subject",
                label="对象",
                width="col-12 col-lg-6",
                hint="票据填代码和号码（18位），规则、收款项目等填编码；或点列表中的对象",
            ),
        ),
        columns=(
            Column(name="at", label="时间", kind="moment", value=lambda line: line.row.at),
            Column(
                name="actor",
                label="操作者",
                kind="wide",
                value=actor,
                text=lambda line: line.actor,
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
                kind="wide",
                value=lambda line: Markup('<span class="text-break">{}</span>').format(line.subject),
                text=lambda line: line.subject,
                link=lambda line: link(subject=line.row.subject),
            ),
            Column(
                name="changes",
                label="变更（原值 → 新值）",
                kind="long",
                value=_changes_cell,
                text=_changes_text,
            ),
            Column(
                name="details", label="细节", kind="long", value=_details_cell, text=lambda line: line.details
            ),
            *((unit,) if of_units else ()),
            Column(
                name="address",
                label="来源地址",
                kind="code",
                phone=False,
                # Beside the units there is no room for it on a screen of 1366 pixels.
                shown=not of_units,
                value=lambda line: line.address,
            ),
            Column(name="place", label="操作者单位和角色", shown=False, value=lambda line: line.place),
            Column(name="stored", label="对象编号", shown=False, value=lambda line: line.row.subject),
        ),
        fetch=_fetch,
        empty=("没有符合条件的留痕", "请放宽时间，或核对操作者、操作和对象。"),
        export=ExportFile(action="audit:export", file="audit", right=right),
    )


_UNIT = UnitFilter()
_REGION = RegionFilter(own=False)
UNIT_AUDIT_LIST = _listing("unit", "unit_audit", UNIT_AUDIT, (), of_units=False)
DEPARTMENT_AUDIT_LIST = _listing(
    "finance", "finance_audit", DEPARTMENT_AUDIT, (_UNIT, _REGION), of_units=True
)
ALL_AUDIT = _listing("admin", "audit", AUDIT, (_UNIT, _REGION), of_units=True)
