"""The month that an online unit must write off before it issues its next bill: told with a way there and back."""

from datetime import date
from urllib.parse import urlencode

import msgspec

from mingpiao.numbering.service import unsettled_months
from mingpiao.portals.issuing.form import IssueForm
from mingpiao.portals.session import PageCall
from mingpiao.units.model import UnitMode, UnitProfile


class Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """A month that waits for its write-off, and the address that leads back to the form afterwards."""

    month: date
    address: str


async def unsettled_of(call: PageCall, profile: UnitProfile, form: IssueForm) -> Unsettled | None:
    """The month that stops a form's bill, if one does. An interface unit issues on."""
    months = await unsettled_by_kind(call, profile)
    month = months.get(form.kind)
    if month is None:
        return None
    query = urlencode({"draft": form.business_no, "kind": form.kind})
    return Unsettled(month=month, address=f"/unit/writeoff/{month:%Y-%m}?{query}")


async def unsettled_by_kind(call: PageCall, profile: UnitProfile) -> dict[str, date]:
    """The months that stop bills of a unit, by kind."""
    if profile.unit.mode is not UnitMode.ONLINE:
        return {}
    async with call.reads() as connection:
        return await unsettled_months(connection, profile.unit.unit_id)
