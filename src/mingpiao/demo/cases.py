"""Requests of the demonstration that rules ask about: some are submitted to a department, some left to the
handler.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from mingpiao.applications.model import Pending
from mingpiao.demo.backing import Shelf
from mingpiao.demo.drafts import PERSON
from mingpiao.demo.first_day import first_requests
from mingpiao.demo.services import DemoServices
from mingpiao.demo.units import DemoUnit
from mingpiao.identity.model import platform
from mingpiao.issuing.model import IssueRequest
from mingpiao.units.model import Unit


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a kind with `changes`. A `reason` submits it to the department.

    `file_total` is the amount in the file if it contradicts the bill, in 元.
    """

    profile: str
    kind: str
    changes: Mapping[str, Any]
    reason: str = ""
    file_total: str = ""


_CASES = (
    _Case(
        profile="charity",
        kind="0301",
        changes={"payer": {"type": PERSON, "name": "爱心人士", "code": ""}},
        reason="捐赠人在捐赠箱投款，要求匿名，已由两名工作人员开箱清点并登记台账。",
    ),
    _Case(
        profile="charity",
        kind="0301",
        changes={"remark": "协议第二条：冠名助学金三年"},
        reason="冠名仅为助学金名称，捐赠人不取得任何经济利益，协议已报业务主管单位备案。",
    ),
    _Case(profile="charity", kind="0301", changes={}, file_total="1980.00"),
    _Case(
        profile="police",
        kind="0104",
        changes={"extension": {"Custom1": "36号"}},
        reason="处罚决定书为当场处罚的简易文书，编号只有两位，原件已存档。",
    ),
    _Case(
        profile="university",
        kind="0201",
        changes={"remark": "联合培养技术服务配套经费"},
        reason="款项为合作高校按协议拨付的科研经费，不属于经营服务收费，协议见佐证材料。",
    ),
)


async def bring_cases(
    services: DemoServices, shelf: Shelf, members: Sequence[tuple[Unit, DemoUnit]], on: date
) -> int:
    """Submit the cases of the units that exist; returns their number. Safe to repeat.

    Raises `Refusal` if one cannot be appealed.
    """
    first: dict[str, tuple[Unit, DemoUnit]] = {}
    for member in members:
        first.setdefault(member[1].profile, member)
    brought = 0
    for place, case in enumerate(_CASES, start=1):
        if case.profile in first:
            await _bring(services, shelf, *first[case.profile], case, place, on)
            brought += 1
    return brought


async def _bring(
    services: DemoServices, shelf: Shelf, unit: Unit, entry: DemoUnit, case: _Case, place: int, on: date
) -> None:
    handler = platform("demo", name=entry.handler)
    request = _request(entry, case, place, on)
    catalog = await services.catalog.get()
    if not case.file_total:
        (request,) = await shelf.back(unit, [request], catalog, on)
        await services.applications.appeal_request(unit.unit_id, request, case.reason, acting=handler)
        return
    described = msgspec.structs.replace(request, total=Decimal(case.file_total))
    request, digest = await shelf.put(unit, request, described, on)
    answer = await services.applications.submit(unit.unit_id, request, acting=handler)
    await shelf.read(unit, digest)
    if isinstance(answer, Pending):
        await services.applications.advance(answer.application.application_id)


#: So many requests beyond those of the first day are searched for one of a case's kind.
_SPARE = 60


def spare_request(entry: DemoUnit, kind: str, place: int, on: date) -> IssueRequest:
    """A request of a kind that the unit has not issued, so that it is no duplicate; another one for each `place`."""
    spare = first_requests(entry, entry.bills + _SPARE, on)[entry.bills + place :]
    like = next(each for each in spare if each.kind == kind)
    # As from the form of 开具票据, so that its handler can correct it there.
    number = f"WEB{on:%Y%m%d}{entry.ordinal:08x}{place:08x}"
    return msgspec.structs.replace(like, business_no=number)


def _request(entry: DemoUnit, case: _Case, place: int, on: date) -> IssueRequest:
    raw: dict[str, Any] = msgspec.to_builtins(spare_request(entry, case.kind, place, on))
    for name, change in case.changes.items():
        raw[name] = raw[name] | change if isinstance(change, dict) else change
    return msgspec.convert(raw, IssueRequest, strict=False)
