"""核销 through the interface: where a bill stands, a unit's months, its own totals, what arrived, and submitting."""

from typing import Any

from tests.gateway.conftest import Api
from tests.writeoff.months import FIRST, SECOND, begin, close, on, write_off

from mingpiao.kernel.clock import StoppedClock
from mingpiao.writeoff.service import last_day


async def _found(api: Api, bill: dict[str, Any]) -> dict[str, Any]:
    answer = await api.hospital.get(f"/api/v1/bills/{bill['code']}/{bill['number']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_bill_tells_where_it_stands(api: Api, clock: StoppedClock) -> None:
    hospital = api.province.hospital
    clock.set(on(last_day(FIRST)))
    bill = (await api.hospital.issue(hospital.request(kind="0601", business_no="HIS-1"))).json()
    assert bill["writeoff"] is None
    assert await _found(api, bill) == bill
    await begin(api.world)
    told = {"state": "open", "name": "未核销", "written_off_on": None, "serial": ""}
    assert (await _found(api, bill))["writeoff"] == told
    clock.set(on(SECOND))
    await close(api.world)
    done = await write_off(api.world, hospital)
    told = {
        "state": "written_off",
        "name": "已核销",
        "written_off_on": SECOND.isoformat(),
        "serial": done.serial,
    }
    for target in ("by-business-no/HIS-1", f"by-hash/{bill['sm3']}", f"{bill['code']}/{bill['number']}"):
        assert (await api.hospital.get(f"/api/v1/bills/{target}")).json()["writeoff"] == told
    changes = (await api.hospital.get("/api/v1/bills/changes")).json()["bills"]
    assert [each["writeoff"] for each in changes] == [None]
