"""Issuing, reversing and looking up through the interface."""

from tests.gateway.conftest import Api


async def test_a_bill_is_issued_and_found_in_every_way(api: Api) -> None:
    request = api.province.hospital.request(kind="0601")
    response = await api.hospital.issue(request)
    assert response.status_code == 201, response.text
