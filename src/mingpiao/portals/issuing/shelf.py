"""常用模板 and favourites at the desk: saved, chosen, pinned, deleted."""

from collections.abc import Mapping, Sequence

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import ChargeItem
from mingpiao.drafts.model import Favourite, SavedForm
from mingpiao.drafts.service import (
    delete_template,
    favourites_of,
    get_template,
    list_templates,
    pin,
    save_template,
)
from mingpiao.kernel.clock import today
from mingpiao.portals.forms import read_form
from mingpiao.portals.issuing.form import IssueForm, draft_members, read_issue_form
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.issuing.window import ADDRESS, Window, open_window
from mingpiao.portals.session import PageCall, redirect, require_right

_GUARDS = [require_right(UNIT_ISSUE)]
_CHOICE = f"{ADDRESS}?choose=yes"
#: What belongs to one bill alone is not saved with a template.
_OF_ONE_BILL = ("business_no", "evidence", "material", "appeal")


async def templates_of(call: PageCall, window: Window) -> list[SavedForm]:
    """The account's templates of kinds that the unit may still issue."""
    kinds = {kind.code for kind in window.kinds()}
    async with call.reads() as connection:
        found = await list_templates(connection, call.session.account)
    return [each for each in found if each.kind in kinds]


async def template_form(call: PageCall, window: Window, form_id: int) -> IssueForm:
    """A new form with a template's content. Raises `Refusal` (`template.unknown`, 404)."""
    async with call.reads() as connection:
        saved = await get_template(connection, call.session.account, form_id)
    return read_issue_form(saved.members, window.kind(saved.kind), today())


async def keep_template(call: PageCall, form: IssueForm, members: Mapping[str, str]) -> None:
    """Save the form as the template that its members name. Raises what `save_template` raises."""
    bare = msgspec.structs.replace(form, reasons={})
    content = {name: value for name, value in draft_members(bare).items() if name not in _OF_ONE_BILL}
    saved = SavedForm(
        name=members.get("template_name", ""),
        kind=form.kind,
        members=content,
        shared=members.get("template_shared") == "yes",
    )
    async with call.services.database.system() as connection:  # system: an account's own template is written
        await save_template(connection, saved, call.session.account, acting=call.acting)


async def favourites(call: PageCall) -> dict[str, Favourite]:
    """What the account has used or pinned, by code."""
    async with call.services.database.system() as connection:  # system: no scope reads what accounts prefer
        return await favourites_of(connection, call.session.account.account_id)


def most_used_first(items: Sequence[ChargeItem], used: Mapping[str, Favourite]) -> list[ChargeItem]:
    """Items in the order of the account's use; those that it never used keep theirs."""
    return sorted(items, key=lambda item: used.get(item.code, Favourite()).rank)


@post("/issue/templates/{form_id:int}/delete", guards=_GUARDS, status_code=200)
async def delete(call: NamedDependency[PageCall], form_id: FromPath[int]) -> Response[bytes]:
    """Delete one of the account's own templates."""
    async with call.services.database.system() as connection:  # system: an account's own template is written
        await delete_template(connection, call.session.account, form_id, acting=call.acting)
    return redirect(call.request, _CHOICE)


@post("/issue/pins/{code:str}", guards=_GUARDS, status_code=200)
async def pin_kind(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[bytes]:
    """Pin a kind to the top of the account's choice, or take it from there."""
    kind = (await open_window(call.services, call.session)).kind(code)
    pinned = (await read_form(call.request)).get("pinned") == "yes"
    async with call.services.database.system() as connection:  # system: no scope writes what accounts prefer
        await pin(connection, call.session.account.account_id, kind.code, pinned=pinned)
    return redirect(call.request, _CHOICE)


HANDLERS = [delete, pin_kind]
