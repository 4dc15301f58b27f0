"""短信记录, for the administrator: when which message left, and how it ended; never what it said."""

from collections.abc import Mapping
from typing import Any

from mingpiao.delivery.model import SmsRow, SmsState
from mingpiao.delivery.service import list_sms
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here
from mingpiao.portals.list_model import Listing
from mingpiao.storage.paging import Page

_COLOURS = {SmsState.DELIVERED: "green", SmsState.SENT: "blue", SmsState.FAILED: "red"}


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[SmsRow]:
    return await list_sms(here.connection, state=wanted["state"], after=key, limit=limit)


def _state(row: SmsRow) -> Parts:
    tries = f"已试 {row.tries} 次" if row.state is SmsState.QUEUED and row.tries else ""
    return Parts((Badge(row.state.label, _COLOURS.get(row.state, "secondary")), Note(row.reason or tries)))


SMS_LIST: Listing[SmsRow] = Listing(
    name="admin_sms",
    address="/admin/sms",
    title="短信记录",
    filters=(
        ChoiceFilter(name="state", label="状态", options=[(each.value, each.label) for each in SmsState]),
    ),
    columns=(
        Column(name="queued", label="时间", kind="moment", value=lambda row: row.queued_at),
        Column(name="label", label="内容", head=True, value=lambda row: row.label),
        Column(name="mobile", label="手机号码", kind="code", value=lambda row: row.mobile),
        Column(name="state", label="状态", value=_state),
        Column(
            name="changed", label="状态时间", kind="moment", phone=False, value=lambda row: row.changed_at
        ),
    ),
    fetch=_fetch,
    empty=(
        "没有符合条件的短信",
        "有人找回密码或挂失时，平台会发短信；没有接通短信时，原因写在每条的状态里。",
    ),
)
