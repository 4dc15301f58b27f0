"""核销证明 and 整改通知 as papers: XML that seals sign, and PDF around it.

A paper is made when somebody asks for it, from rows that do not change any more. Signatures are deterministic, so
it is the same every time: also after a unit was renamed, and after a seal was changed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.former.model import FormerCycle
from mingpiao.former.service import former_cycles_of
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import refuse
from mingpiao.layout.model import Party
from mingpiao.layout.service import (
    Paper,
    PaperColumn,
    PaperSeal,
    PaperTable,
    picture_of_seals,
    signed_files,
    write_paper,
)
from mingpiao.sealing.model import SealingParty, StampTask
from mingpiao.sealing.service import PartyStore, Signer
from mingpiao.writeoff.cycles import cycles_of
from mingpiao.writeoff.model import (
    DIFFERENCE_REASONS,
    BillOrigin,
    Cycle,
    Rectification,
    RectificationNotice,
    WriteOff,
    WriteOffState,
)
from mingpiao.writeoff.notices import get_rectification, notice_of, sealing_departments
from mingpiao.writeoff.requests import get_writeoff

_NAME, _NOTICE = "writeoff", "rectification"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


class WriteOffCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate says: the request with the names of its day, and its cycles."""

    writeoff: WriteOff
    cycles: tuple[Cycle, ...] | tuple[FormerCycle, ...]
    kinds: Mapping[str, str]


class Papers:
    """Makes papers with seals."""

    def __init__(self, catalog: CatalogStore, parties: PartyStore, signer: Signer) -> None:
        self._catalog = catalog
        self._parties = parties
        self._signer = signer

    async def certificate(self, connection: AsyncConnection, writeoff_id: int) -> bytes:
        """The certificate of a request that ended well, as PDF.

        Of own bills also that of one that was superseded since: the bills of a month that is over do not change. A month
        of former bills that is opened again takes bills in and gives them away, so nobody knows any more what its
        superseded request counted.

        Raises `Refusal`: `writeoff.unknown` (404) outside the scope, `writeoff.not_done` (409), and
        `writeoff.superseded` (409) for a month of former bills that was opened again.
        """
        told = await self._told(connection, writeoff_id)
        unit, department = await self._sealed_by(told.writeoff)
        return await self.sealed(
            certificate_paper(told),
            f"{_NAME}/{told.writeoff.serial}",
            certificate_xml(told),
            {"unit": unit, "supervisor": department},
            told.writeoff.finished_at or told.writeoff.submitted_at,
        )

    async def notice(self, connection: AsyncConnection, rectification_id: int) -> tuple[Rectification, bytes]:
        """A notice of rectification and its PDF with the seal of the department that issued it, as it was issued.

        Raises `Refusal`: `rectification.unknown` (404) outside the scope, `sealing.no_key` (409).
        """
        rectification = await get_rectification(connection, rectification_id)
        told = await notice_of(connection, rectification)
        department = await self._sealing_department(rectification)
        # The path is what a seal signs beside the content: plain letters, as for certificates.
        name = f"{_NOTICE}/{rectification.issuer_code}-{rectification.year}-{rectification.number:04d}"
        data = await self.sealed(
            notice_paper(told), name, notice_xml(told), {"supervisor": department}, rectification.issued_at
        )
        return rectification, data

    async def _sealing_department(self, rectification: Rectification) -> SealingParty:
        """The key of the day; where there was none, the one that there is now."""
        if rectification.department_key_id is not None:
            return await self._parties.by_id(rectification.department_key_id)
        catalog = await self._catalog.get()
        return await self._parties.in_use(sealing_departments(catalog, rectification.issuer_code))

    async def sealed(
        self,
        paper: Paper,
        name: str,
        xml: bytes,
        parties: Mapping[Party, SealingParty],
        at: datetime,
    ) -> bytes:
        """A paper as PDF with its XML and the signatures of these parties over it (name: the signed path)."""
        tasks = [
            StampTask(signature_xml=xml, path=f"/{name}.xml", party=party, at=at)
            for party in parties.values()
        ]
        stamps = dict(zip(parties, await self._signer.stamp(tasks), strict=True))
        some = next(iter(parties.values()))
        pictures = picture_of_seals(parties.get("unit", some).seal, parties.get("supervisor", some).seal)
        files = signed_files(name.partition("/")[0], xml, stamps)
        return await asyncio.to_thread(write_paper, paper, pictures, files, at)

    async def _told(self, connection: AsyncConnection, writeoff_id: int) -> WriteOffCertificate:
        writeoff = await get_writeoff(connection, writeoff_id)
        if writeoff.state not in (WriteOffState.DONE, WriteOffState.SUPERSEDED):
            raise refuse("writeoff.not_done", "该月的票据还没有核销，没有核销证明。", status=409)
        catalog = await self._catalog.get()
        former = writeoff.origin is BillOrigin.FORMER
        return WriteOffCertificate(
            writeoff=writeoff,
            cycles=await (
                _former_cycles(connection, writeoff) if former else _own_cycles(connection, writeoff)
            ),
            kinds={code: kind.name for code, kind in catalog.kinds.items()},
        )

    async def _sealed_by(self, writeoff: WriteOff) -> tuple[SealingParty, SealingParty]:
        """The keys of the day; where there was none, those that there are now."""
        if writeoff.unit_key_id is not None and writeoff.department_key_id is not None:
            return (
                await self._parties.by_id(writeoff.unit_key_id),
                await self._parties.by_id(writeoff.department_key_id),
            )
        return await parties_of(
            self._parties, await self._catalog.get(), writeoff.unit_code, writeoff.region_code
        )


async def _own_cycles(connection: AsyncConnection, writeoff: WriteOff) -> tuple[Cycle, ...]:
    return await cycles_of(connection, writeoff.unit_id, writeoff.month)


async def _former_cycles(connection: AsyncConnection, writeoff: WriteOff) -> tuple[FormerCycle, ...]:
    """The sums that a request counted: nothing changes them as long as they are its own."""
    every = await former_cycles_of(connection, writeoff.unit_id, writeoff.month)
    counted = tuple(each for each in every if each.writeoff_id == writeoff.writeoff_id)
    if not counted:
        message = "该月的历史票据已经重新打开，原核销证明不再提供；重新核销以后，请下载新的核销证明。"
        raise refuse("writeoff.superseded", message, status=409)
    return counted


async def parties_of(
    parties: PartyStore, catalog: Catalog, unit_code: str, region_code: str
) -> tuple[SealingParty, SealingParty]:
    """Who seals for a unit and its department now. Raises `Refusal` (`sealing.no_key`, 409)."""
    return (
        await parties.in_use([("unit", unit_code)]),
        await parties.in_use(sealing_departments(catalog, region_code)),
    )


def certificate_xml(told: WriteOffCertificate) -> bytes:
    """What a certificate says, as both seals sign it; amounts in 元, the time in Asia/Shanghai."""
    writeoff = told.writeoff
    head = {
        "SerialNumber": writeoff.serial,
        "UnitCode": writeoff.unit_code,
        "UnitName": writeoff.unit_name,
        "Department": writeoff.department,
        "Month": f"{writeoff.month:%Y-%m}",
        "WrittenOffAt": _moment(writeoff),
        "IssuedNet": f"{writeoff.issued_net:.2f}",
        **_received(writeoff),
        "Exceptions": str(writeoff.exceptions),
        "SealsChecked": str(writeoff.seals_checked),
    }
    cycles = "".join(
        _element(
            "Cycle",
            {
                "Kind": each.kind_code,
                "IssuedCount": str(each.issued_count),
                "IssuedAmount": f"{each.issued_amount:.2f}",
                "ReversedCount": str(each.reversed_count),
                "ReversedAmount": f"{each.reversed_amount:.2f}",
            },
        )
        for each in told.cycles
    )
    reasons = "".join(
        _element("Difference", {"Reason": each.code, "Amount": f"{each.amount:.2f}", "Words": each.words})
        for each in writeoff.reasons
    )
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in head.items())
    return f"{_HEAD}<WriteOffCertificate>{body}{cycles}{reasons}</WriteOffCertificate>".encode()


def _received(writeoff: WriteOff) -> dict[str, str]:
    """What arrived; of an old system's bills it is not known, and the paper says whose bills they are."""
    if writeoff.origin is BillOrigin.FORMER:
        return {"Origin": "former"}
    return {"Received": f"{writeoff.received:.2f}"}


def _element(name: str, members: Mapping[str, str]) -> str:
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in members.items())
    return f"<{name}>{inner}</{name}>"


def _moment(writeoff: WriteOff) -> str:
    return to_shanghai(writeoff.finished_at or writeoff.submitted_at).isoformat(timespec="seconds")


_COLUMNS = (
    PaperColumn(heading="票据种类", share=44),
    PaperColumn(heading="开票份数", share=11, align="right"),
    PaperColumn(heading="开票金额（元）", share=18, align="right"),
    PaperColumn(heading="冲红份数", share=11, align="right"),
    PaperColumn(heading="冲红金额（元）", share=18, align="right"),
)


def certificate_paper(told: WriteOffCertificate) -> Paper:
    """The certificate as people read it."""
    writeoff, cycles = told.writeoff, told.cycles
    begin, month = to_shanghai(writeoff.finished_at or writeoff.submitted_at), f"{writeoff.month:%Y年%-m月}"
    rows = tuple(
        _cells(f"{each.kind_code} {told.kinds.get(each.kind_code, '')}".strip(), [each]) for each in cycles
    )
    return Paper(
        title="财政电子票据核销证明",
        serial=f"核销编号：{writeoff.serial}",
        address=f"{writeoff.unit_name}（{writeoff.unit_code}）：",
        paragraphs=(
            f"你单位{month}开具的财政电子票据，{_how(writeoff)}，"
            f"已于{begin:%Y年%-m月%-d日}核销。各种类票据情况如下：",
        ),
        table=PaperTable(columns=_COLUMNS, rows=rows, last=_cells("合计", cycles)),
        closing=_closing(writeoff),
        seals=(
            PaperSeal(party="unit", name=writeoff.unit_name),
            PaperSeal(party="supervisor", name=writeoff.department),
        ),
        day=f"{begin:%Y年%-m月%-d日}",
    )


def _how(writeoff: WriteOff) -> str:
    if writeoff.origin is BillOrigin.FORMER:
        return "由原系统开具并导入本平台，经系统检查"
    return "经核对开票金额与到账金额，并经系统检查"


def _cells(name: str, cycles: Sequence[Cycle | FormerCycle]) -> tuple[str, ...]:
    nothing = Decimal(0)
    return (
        name,
        str(sum(each.issued_count for each in cycles)),
        f"{sum((each.issued_amount for each in cycles), nothing):,.2f}",
        str(sum(each.reversed_count for each in cycles)),
        f"{sum((each.reversed_amount for each in cycles), nothing):,.2f}",
    )


def _closing(writeoff: WriteOff) -> tuple[str, ...]:
    former = writeoff.origin is BillOrigin.FORMER
    lines = [f"开票净额{writeoff.issued_net:,.2f}元，到账{writeoff.received:,.2f}元。"]
    if former:
        lines = [
            f"开票净额{writeoff.issued_net:,.2f}元。票据由原系统开具，按票面和签名检查，不核对到账金额。"
        ]
    if writeoff.reasons:
        told = "；".join(
            f"{DIFFERENCE_REASONS[each.code]}{each.amount:,.2f}元{f'（{each.words}）' if each.words else ''}"
            for each in writeoff.reasons
        )
        lines.append(f"差额{writeoff.difference:,.2f}元，原因：{told}。")
    if writeoff.exceptions:
        lines.append(f"其中{writeoff.exceptions}份列为异常票据，由财政部门另行审核，不在本次核销之内。")
    return tuple(lines)


# -- 整改通知 --------------------------------------------------------------------------------------------


def notice_xml(told: RectificationNotice) -> bytes:
    """What a notice says, as the department's seal signs it; amounts in 元, days in Asia/Shanghai."""
    head = {
        "SerialNumber": told.serial,
        "UnitCode": told.unit_uscc,
        "UnitName": told.unit_name,
        "Department": told.department,
        "IssuedOn": told.issued_on.isoformat(),
        "DueOn": told.due_on.isoformat(),
        "Amount": f"{told.amount:.2f}",
        "Demands": told.demands,
    }
    bills = "".join(
        _element(
            "Bill",
            {
                "Code": each.code,
                "Number": each.number,
                "Kind": each.kind_code,
                "Total": f"{each.total:.2f}",
                "Breach": each.breach,
                "Basis": each.basis,
                "Amount": f"{each.amount:.2f}",
                "Reason": each.reason,
            },
        )
        for each in told.lines
    )
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in head.items())
    return f"{_HEAD}<RectificationNotice>{body}{bills}</RectificationNotice>".encode()


_BREACH_COLUMNS = (
    PaperColumn(heading="票据代码", share=16),
    PaperColumn(heading="票据号码", share=19),
    PaperColumn(heading="票面金额（元）", share=21, align="right"),
    PaperColumn(heading="违规类型", share=25),
    PaperColumn(heading="违规金额（元）", share=21, align="right"),
)


def notice_paper(told: RectificationNotice) -> Paper:
    """The notice as people read it: a row a bill, below the table on what each finding stands."""
    rows = tuple(
        (each.code, each.number, f"{each.total:,.2f}", each.breach, f"{each.amount:,.2f}")
        for each in told.lines
    )
    total = sum((each.total for each in told.lines), Decimal(0))
    facts = tuple(
        f"{place}．票据{each.number}：{_one_line(each.reason)}。依据：{_one_line(each.basis)}。"
        for place, each in enumerate(told.lines, start=1)
    )
    return Paper(
        title="财政票据整改通知",
        serial=f"文号：{told.serial}",
        address=f"{told.unit_name}（{told.unit_uscc}）：",
        paragraphs=(f"经核销检查和审核，你单位下列{len(rows)}份财政票据违反规定：",),
        table=PaperTable(
            columns=_BREACH_COLUMNS,
            rows=rows,
            last=("合计", "", f"{total:,.2f}", "", f"{told.amount:,.2f}"),
        ),
        closing=(
            *facts,
            f"整改要求：{_one_line(told.demands)}。",
            f"请于{told.due_on:%Y年%-m月%-d日}（含当日）前完成整改，并在平台报送整改情况。逾期未完成的，停止发放财政票据；"
            "财政部门另有规定的，同时停止开具，直至整改通过。",
        ),
        seals=(PaperSeal(party="supervisor", name=told.department),),
        day=f"{told.issued_on:%Y年%-m月%-d日}",
    )


def _one_line(words: str) -> str:
    """What a person wrote, as a part of a paragraph: without line breaks and without a full stop of its own."""
    return " ".join(words.split()).rstrip("。")
