"""One payer under many ways of writing: equal bills of a day are asked about, end to end."""

import pytest
from tests.gateway.conftest import Api
from tests.support.client import problem_of
from tests.support.rules import put_in_force, rule

from mingpiao.issuing.model import Payer
from mingpiao.rules.library import library_rules
from mingpiao.rules.model import Severity

RIGHT_CODE = "11010519491231002X"


@pytest.fixture
async def judged(api: Api) -> Api:
    """An interface with a rule about equal bills, and the library's about other codes of persons."""
    other = next(each for each in library_rules() if each.code == "PAYER-CODE-OTHER")
    twins = rule(
        "T-TWIN", "twin_count(1) > 0", Severity.ASK, name="当日重复", message="今天开过同样的票据，请核实。"
    )
    await put_in_force(api.services.database, twins, other)
    return api


async def asked(api: Api, number: str, name: str, code: str = "", kind: str = "1") -> list[str]:
    """The rules that ask about a bill to this payer; none when it is issued."""
    payer = Payer(type=kind, code=code, name=name)
    answer = await api.hospital.issue(api.province.hospital.request(business_no=number, payer=payer))
    if answer.status_code == 201:
        return []
    assert problem_of(answer)[:2] == (409, "rule.confirmation_needed"), answer.text
    return [error["facts"]["rule"] for error in answer.json()["errors"]]


async def test_with_a_code_without_and_with_an_invented_one(judged: Api) -> None:
    assert await asked(judged, "T-1", "王建国", RIGHT_CODE) == []
    assert await asked(judged, "T-2", "王建国") == ["T-TWIN"]
    assert await asked(judged, "T-3", "王建国", RIGHT_CODE.lower()) == ["T-TWIN"]
    assert set(await asked(judged, "T-4", "王建国", "A000001")) == {"T-TWIN", "PAYER-CODE-OTHER"}
    assert await asked(judged, "T-5", "王建军") == []
    assert await judged.bill_count() == 2


async def test_without_a_code_first(judged: Api) -> None:
    assert await asked(judged, "T-1", "王建国") == []
    assert await asked(judged, "T-2", "王建国", RIGHT_CODE) == ["T-TWIN"]


@pytest.mark.parametrize(
    ("first", "others", "kind"),
    [
        ("买买提·艾力", ("买买提•艾力", "买买提・艾力", "买买提‧艾力"), "1"),
        ("演示云川（集团）有限公司", ("演示云川(集团)有限公司",), "2"),
    ],
)
async def test_dots_and_brackets(judged: Api, first: str, others: tuple[str, ...], kind: str) -> None:
    assert await asked(judged, "T-0", first, kind=kind) == []
    for place, name in enumerate(others):
        assert await asked(judged, f"T-{place + 1}", name, kind=kind) == ["T-TWIN"]
    assert await judged.bill_count() == 1
