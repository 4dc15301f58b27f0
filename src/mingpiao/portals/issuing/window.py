"""What the pages of 开具票据 work with: the unit, what it may issue, and who may check."""

from datetime import date

import msgspec

from mingpiao.catalog.model import BillKind, Catalog, ChargeItem, ExtensionType
from mingpiao.composition import Services
from mingpiao.drafts.model import Habits
from mingpiao.identity.model import Session
from mingpiao.identity.service import checkers_of_unit
from mingpiao.issuing.model import CheckingDemand
from mingpiao.issuing.service import demands_of
from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.issuing.form import (
    PAY_MODES,
    FormView,
    IssueForm,
    items_for,
    new_business_no,
    understand,
)
from mingpiao.units.model import UnitProfile

ADDRESS = "/unit/issue"


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The data that a handler works with: the unit, what it may issue, the possible 复核人, and what must be
    checked by one; and the 开票点 that the handler issues for, by name.
    """

    profile: UnitProfile
    catalog: Catalog
    checkers: list[str]
    demands: tuple[CheckingDemand, ...] = ()
    point: str = ""

    def kinds(self) -> list[BillKind]:
        kinds = (self.catalog.kinds.get(code) for code in sorted(self.profile.kind_codes))
        return [kind for kind in kinds if kind is not None and not kind.retired]

    def kind(self, code: str) -> BillKind:
        kind = next((kind for kind in self.kinds() if kind.code == code), None)
        if kind is None:
            raise refuse(
                "bill.kind_not_allowed", "本单位不能开具该票据种类，请从列表中重新选择。", status=404
            )
        return kind

    def items(self, kind: BillKind) -> list[ChargeItem]:
        return items_for(self.profile, kind, self.catalog)

    def view(self, form: IssueForm) -> FormView:
        view = understand(form, self.profile, self.kind(form.kind), self.catalog)
        return msgspec.structs.replace(view, demands=self.demands)


async def open_window(services: Services, session: Session) -> Window:
    """The window of the unit of a session's account."""
    account = session.account
    unit_id = unit_of(account)
    async with services.database.system() as connection:  # system: no scope reads accounts
        checkers = await checkers_of_unit(connection, unit_id)
        demands = await demands_of(connection, unit_id)
    profile = await services.units.profile(unit_id)
    points = profile.points
    return Window(
        profile=profile,
        point=points.codes.get(
            points.issued_at(account.account_id, session.point), "不区分" if points.codes else ""
        ),
        catalog=await services.catalog.get(),
        checkers=checkers,
        demands=tuple(each for each in demands if each.active),
    )


def fresh_form(window: Window, kind: BillKind, habits: Habits, day: date) -> IssueForm:
    """An empty form with what the account filled in last, as far as it may still be chosen, and the day.

    A day is filled in only where the kind asks for one day: of two, nobody knows which is today's.
    """
    days = [
        field.name for field in kind.extension_fields if field.required and field.type is ExtensionType.DATE
    ]
    return IssueForm(
        business_no=new_business_no(day),
        kind=kind.code,
        pay_mode=habits.pay_mode if habits.pay_mode in PAY_MODES else "",
        checker=habits.checker if habits.checker in window.checkers else "",
        extension={days[0]: day.isoformat()} if len(days) == 1 else {},
    )
