"""Rules over remarks, requests that they hit, and somebody of the department who decides."""

from datetime import date

from tests.gateway.conftest import Api
from tests.support.province import ACTING

from mingpiao.applications.service import get as get_application
from mingpiao.identity.accounts import store_account
from mingpiao.identity.model import Acting, Role, acting_for
from mingpiao.issuing.model import IssueRequest
from mingpiao.rules.model import Rule, Severity
from mingpiao.rules.service import install_library


async def put_remarks_under_rules(api: Api, **remarks: tuple[Severity, str]) -> None:
    """Bring a rule into force for each severity and remark, under its code with `-` for `_`."""
    rules = [
        Rule(
            code=code.replace("_", "-"),
            name=f"备注含有{remark}",
            basis="《演示办法》第一条",
            severity=severity,
            condition=f"remark = '{remark}'",
            message=f"备注为“{remark}”。",
            field="remark",
            effective_from=date(2026, 1, 1),
        )
        for code, (severity, remark) in remarks.items()
    ]
    catalog = await api.services.catalog.get()
    async with api.services.database.system() as connection:
        await install_library(connection, catalog, rules, acting=ACTING)


def request_of(api: Api, business_no: str = "SQ-1", remark: str = "请核实") -> IssueRequest:
    return api.province.hospital.request(business_no=business_no, remark=remark)


async def officer_of(api: Api, application_id: int) -> Acting:
    """Somebody of the department that decides."""
    name = f"officer-{application_id}"
    async with api.services.database.system() as connection:
        application = await get_application(connection, application_id)
        account = await store_account(
            connection,
            username=name,
            display_name="经办",
            role=Role.DEPARTMENT_OFFICER,
            password_hash="none",
            region_code=application.reviewer_region,
            acting=ACTING,
        )
    return acting_for(account)
