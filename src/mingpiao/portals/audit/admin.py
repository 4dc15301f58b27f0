"""/admin/audit: the audit trail, newest first."""

import re

from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.composition import Services
from mingpiao.identity.model import Session
from mingpiao.identity.service import AUDIT_PAGE, audit_trail, usernames
from mingpiao.kernel.errors import Problem
from mingpiao.portals.accounts.admin import list_address, read_key
from mingpiao.portals.audit.wording import action_label, details_text
from mingpiao.portals.bills.filters import clean_text
from mingpiao.portals.forms import read_query
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, scoped_reads

LIST = "/admin/audit"
_BILL = re.compile(r"([0-9]{8})[ -]?([0-9]{10})")
_UNIT_ID = re.compile(r"[0-9]{1,18}")


@get("/audit")
async def audit_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """Lines of the audit trail, by what they concern and by unit."""
    given = read_query(request)
    values = {name: clean_text(given.get(name, "")) for name in ("subject", "unit_id")}
    problems: tuple[Problem, ...] = ()
    if values["unit_id"] and not _UNIT_ID.fullmatch(values["unit_id"]):
        message = "单位编号应为数字，请核对。"
        problems = (Problem(code="filter.unit_id_invalid", field="unit_id", message=message),)
    async with scoped_reads(services, session.account) as connection:
        found = await audit_trail(
            connection,
            subject=_subject(values["subject"]),
            unit_id=int(values["unit_id"]) if values["unit_id"] and not problems else None,
            before=read_key(given.get("before", "")),
        )
        shown = [] if problems else found[:AUDIT_PAGE]
        names = await usernames(connection, [row.actor for row in shown] + [row.subject for row in shown])
    more = {"before": str(shown[-1].audit_id)} if shown and len(found) > AUDIT_PAGE else {}
    return page(
        request,
        "audit/audit.html",
        status=400 if problems else 200,
        title="操作留痕",
        problems=problems,
        values=values,
        rows=shown,
        action_label=action_label,
        details_text=details_text,
        subject_address=lambda subject: list_address(LIST, {"subject": subject}),
        names=names,
        next_address=list_address(LIST, values | more) if more else "",
        first_address=list_address(LIST, values) if given.get("before") else "",
    )


def _subject(text: str) -> str:
    """What a person types as a bill, code and number together, is stored as its 票据编号."""
    bill = _BILL.fullmatch(text)
    return f"bill:{int(bill[1] + bill[2])}" if bill else text


HANDLERS = [audit_list]
