"""The lists of 资质证书: a unit's own, and those of a department's units."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, RegionFilter, TextFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.portals.qualifications.parts import TYPE_OPTIONS, days_text, state_colour
from mingpiao.qualifications.model import Qualification, QualificationFilter, QualificationState
from mingpiao.qualifications.service import list_qualifications
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of

_ALL = "all"
_EXPIRIES = (("over", "已到期"), ("7", "7天内到期"), ("30", "30天内到期"), ("60", "60天内到期"))


class QualificationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A qualification with the names of its unit and region."""

    qualification: Qualification
    unit: str
    region: str


async def _own(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[QualificationRow]:
    asked = QualificationFilter(unit_id=unit_of(here.account))
    return await _rows(here, await list_qualifications(here.connection, asked, after=key, limit=limit))


async def _of_region(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[QualificationRow]:
    asked = QualificationFilter(
        # Only current qualifications expire.
        state="" if wanted["expiry"] or wanted["state"] == _ALL else wanted["state"],
        qualification_type=wanted["type"],
        region_prefix=region_prefix(wanted["region"]),
        words=wanted["words"],
        expires_until=_expires_until(wanted["expiry"]),
    )
    return await _rows(here, await list_qualifications(here.connection, asked, after=key, limit=limit))


async def _rows(here: Here, found: Page[Qualification]) -> Page[QualificationRow]:
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(
        QualificationRow(
            qualification=each,
            unit=names.get(each.unit_id, ""),
            region=here.catalog.region_path(each.region_code),
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _expires_until(expiry: str) -> date | None:
    if not expiry:
        return None
    return today() + timedelta(days=-1 if expiry == "over" else int(expiry))


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    """By default, those that wait for a decision."""
    return values if any(values.values()) else values | {"state": QualificationState.SUBMITTED.value}


def _until(row: QualificationRow) -> date | str | None:
    qualification = row.qualification
    unlimited = qualification.stated is not None and qualification.stated.unlimited
    return qualification.valid_until or ("长期" if unlimited else None)


def _stated(name: str, label: str) -> Column[QualificationRow]:
    """A column of what the unit states about its qualification."""
    return Column(
        name=name,
        label=label,
        shown=False,
        value=lambda row: getattr(row.qualification.stated, name) if row.qualification.stated else "",
    )


def _explanation(row: QualificationRow) -> str:
    return row.qualification.decision_reason or row.qualification.failure


_TYPE: Column[QualificationRow] = Column(
    name="type", label="证书种类", value=lambda row: row.qualification.type_label
)
_STATE: Column[QualificationRow] = Column(
    name="state",
    label="状态",
    value=lambda row: Badge(row.qualification.state.label, state_colour(row.qualification)),
)

UNIT_QUALIFICATION_LIST: Listing[QualificationRow] = Listing(
    name="unit_qualifications",
    address="/unit/qualifications",
    title="资质证书",
    crumbs=(("首页", "/unit"),),
    page_size=30,
    columns=(
        Column(
            name="uploaded", label="上传时间", kind="moment", value=lambda row: row.qualification.uploaded_at
        ),
        Column(
            name="type",
            label="证书种类",
            head=True,
            value=lambda row: row.qualification.type_label,
            link=lambda row: f"/unit/qualifications/{row.qualification.qualification_id}",
        ),
        Column(
            name="file", label="文件", kind="wide", phone=False, value=lambda row: row.qualification.file_name
        ),
        Column(name="until", label="有效期至", kind="day", value=_until),
        _STATE,
        Column(
            name="note",
            label="说明",
            phone=False,
            value=lambda row: _explanation(row) or days_text(row.qualification) or None,
        ),
    ),
    fetch=_own,
    empty=("还没有上传过证书", "上传后平台自动识别，核对无误后提交。"),
    template="qualifications/unit_qualifications.html",
)
FINANCE_QUALIFICATIONS: Listing[QualificationRow] = Listing(
    name="finance_qualifications",
    address="/finance/qualifications",
    title="资质审核",
    page_size=30,
    filters=(
        TextFilter(name="words", label="单位名称或统一社会信用代码", width="col-12 col-md-4"),
        ChoiceFilter(
            name="state",
            label="状态",
            width="col-6 col-md-2",
            options=[(_ALL, "全部状态"), *((state.value, state.label) for state in QualificationState)],
        ),
        ChoiceFilter(name="type", label="证书种类", options=TYPE_OPTIONS),
        ChoiceFilter(name="expiry", label="到期", options=_EXPIRIES, empty="不限"),
        RegionFilter(label="所属地区", width="col-6 col-md-4"),
    ),
    usual=_usual,
    shortcuts=(
        ("等待审核", ""),
        ("即将到期", "?expiry=60"),
        ("已到期", "?expiry=over"),
        ("全部证书", "?state=all"),
    ),
    columns=(
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            head=True,
            value=lambda row: row.unit,
            link=lambda row: f"/finance/qualifications/{row.qualification.qualification_id}",
        ),
        Column(name="region", label="地区", phone=False, value=lambda row: row.region),
        _TYPE,
        _stated("code", "统一社会信用代码"),
        _stated("representative", "法定代表人"),
        _stated("issuer", "发证机关"),
        Column(
            name="from", label="有效期自", kind="day", shown=False, value=lambda row: row.qualification.valid_from
        ),
        Column(
            name="until",
            label="有效期至",
            kind="day",
            value=lambda row: Parts((_until(row) or "—", Note(days_text(row.qualification)))),
            text=lambda row: str(_until(row) or ""),
        ),
        _STATE,
        Column(
            name="check",
            label="需要核对",
            phone=False,
            value=lambda row: (
                f"{len(row.qualification.differences)} 处"
                if row.qualification.state is QualificationState.SUBMITTED
                else None
            ),
        ),
        Column(
            name="uploaded",
            label="上传时间",
            kind="moment",
            shown=False,
            value=lambda row: row.qualification.uploaded_at,
        ),
        Column(
            name="decider", label="认定人", shown=False, value=lambda row: row.qualification.decided_by_name
        ),
        Column(
            name="decided",
            label="认定时间",
            kind="moment",
            shown=False,
            value=lambda row: row.qualification.decided_at,
        ),
        Column(name="note", label="说明", kind="long", shown=False, value=_explanation),
    ),
    fetch=_of_region,
    empty=("没有符合条件的证书", "识别内容与单位信息一致的证书由系统自动认定。请修改状态、到期或地区后重新查询。"),
    export=ExportFile(
        action="qualification:export",
        file="qualifications",
        right=FINANCE_VIEW,
        columns=(
            "unit", "region", "type", "state", "code", "representative", "issuer", "from", "until", "uploaded",
            "decider", "decided", "note",
        ),
    ),
)  # fmt: skip
