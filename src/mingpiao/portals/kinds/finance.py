"""票据种类: marks which of them need evidence files. Their other pages are those of base data."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.service import mark_evidence
from mingpiao.kernel.errors import refuse
from mingpiao.portals.forms import read_form
from mingpiao.portals.kinds.rights import KINDS_MARK, may_mark
from mingpiao.portals.session import PageCall, redirect, require_right


@post("/kinds/{code:str}/evidence", guards=[require_right(KINDS_MARK)], status_code=200)
async def mark(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[bytes]:
    """Mark whether a kind needs files from now on. Pressing the button twice has the same effect as once."""
    if not may_mark(call.session.account):
        raise refuse("access.denied", "票据种类由省级财政部门负责人设置，请联系省级财政部门。", status=403)
    needed = (await read_form(call.request)).get("needed") == "1"
    async with call.services.database.system() as connection:  # system: a verb writes
        await mark_evidence(connection, code, needed, acting=call.acting)
    return redirect(call.request, "/finance/kinds")


HANDLERS = [mark]
