"""草稿: the list, and deleting one."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.drafts.service import delete_draft
from mingpiao.portals.drafts.lists import DRAFTS
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import PageCall, redirect, require_right

_GUARDS = [require_right(UNIT_ISSUE)]


@post("/drafts/{business_no:str}/delete", guards=_GUARDS, status_code=200)
async def delete(call: NamedDependency[PageCall], business_no: FromPath[str]) -> Response[bytes]:
    """Delete one of the account's drafts."""
    async with call.services.database.system() as connection:  # system: an account's own draft is written
        await delete_draft(connection, call.session.account, business_no, acting=call.acting)
    return redirect(call.request, DRAFTS.address)


HANDLERS = [*list_handlers(DRAFTS, guards=_GUARDS), delete]
