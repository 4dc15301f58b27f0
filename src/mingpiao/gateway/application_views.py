"""Applications in the form that programs get."""

from mingpiao.applications.model import Application
from mingpiao.gateway.model import ApplicationView, ErrorView, IdentityView
from mingpiao.gateway.views import BASE_PATH, claim_facts, finding_view
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.money import plain


def application_path(application_id: int) -> str:
    """The path of an application's resource."""
    return f"{BASE_PATH}/applications/{application_id}"


def application_view(application: Application) -> ApplicationView:
    """An application in the form that programs get."""
    bill = None if application.bill_id is None else BillIdentity.from_bill_id(application.bill_id)
    return ApplicationView(
        id=application.application_id,
        business_no=application.business_no,
        kind=application.kind,
        payer_name=application.payer_name,
        total=plain(application.total),
        state=application.state.value,
        submitted_at=to_shanghai(application.submitted_at),
        findings=tuple(map(finding_view, application.findings)),
        claims=[claim_facts(claim) for claim in application.claims],
        problems=tuple(
            ErrorView(code=each.code, field=each.field, message=each.message, facts=each.facts)
            for each in application.problems
        ),
        due_at=to_shanghai(application.due_at) if application.due_at else None,
        decision_reason=application.decision_reason or application.check_reason,
        bill=None if bill is None else IdentityView(code=bill.code, number=bill.number),
    )
