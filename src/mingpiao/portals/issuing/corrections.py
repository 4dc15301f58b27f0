"""更正: opens an application in the form of 开具票据, under its own business number."""

from mingpiao.applications.model import Application
from mingpiao.applications.service import get as get_application
from mingpiao.composition import Services
from mingpiao.identity.model import Account
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.money import plain_number
from mingpiao.portals.issuing.form import IssueForm, ItemRow
from mingpiao.portals.session import scoped_reads


async def form_to_correct(services: Services, account: Account, number: str) -> IssueForm:
    """The form of the unit's application with this number.

    Raises `Refusal`: `application.unknown` (404), `application.wrong_state` (409) if it cannot be corrected.
    """
    known = read_whole(number) or 0
    async with scoped_reads(services, account) as connection:
        application = await get_application(connection, known)
    if not application.correctable:
        message = f"该申请现在的状态是“{application.state.label}”，不能更正，请刷新后查看。"
        raise refuse("application.wrong_state", message, status=409)
    return form_of(application)


def form_of(application: Application) -> IssueForm:
    """The form that makes an application's request, without reasons, which are asked for again."""
    request = application.request
    return IssueForm(
        business_no=request.business_no,
        kind=request.kind,
        payer_type=request.payer.type,
        payer_name=request.payer.name,
        payer_code=request.payer.code,
        payer_account=request.payer.account,
        payer_bank=request.payer.bank,
        checker=request.checker,
        pay_mode=request.pay_mode,
        remark=request.remark,
        items=tuple(
            ItemRow(
                search=item.code,
                code=item.code,
                quantity=plain_number(item.quantity),
                rate=plain_number(item.rate),
                remark=item.remark,
            )
            for item in request.items
        ),
        extension=dict(request.extension),
        evidence=request.evidence,
    )
