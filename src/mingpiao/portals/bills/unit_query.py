"""The filter of a unit's own bills: what all lists know, and the unit's business number."""

from collections.abc import Mapping

import msgspec

from mingpiao.portals.bills.filters import BillQuery, read_bill_query


def read_unit_query(parameters: Mapping[str, str], unit_id: int) -> BillQuery:
    """A filter from an address, held to one unit."""
    query = read_bill_query(parameters, also=("business_no",))
    wanted = msgspec.structs.replace(query.wanted, unit_id=unit_id, business_no=query.values["business_no"])
    return msgspec.structs.replace(query, wanted=wanted)
