"""Papers of a district's bureau of land, housing and urban management."""

from bench.papers.open.bureau import (
    claims,
    digging,
    homes,
    land,
    moving,
    shelters,
    sites,
    streets,
    water,
)  # fmt: skip
from bench.papers.open.bureau.base import own
from bench.papers.values import Layout

_DRAWN: tuple[Layout, ...] = (
    land.land_contract,
    land.stage_demand,
    land.sale_confirmation,
    sites.bid_deposit,
    sites.deposit_list,
    sites.advertising_sites,
    moving.difference_sheet,
    moving.premises_agreement,
    moving.homes_list,
    homes.public_lease,
    homes.rent_slip,
    homes.builder_statement,
    homes.phone_payment,
    streets.digging_permit,
    streets.waste_mail,
    streets.fine_in_stages,
    streets.parking_concession,
    digging.felled_trees,
    digging.survey_agreement,
    digging.survey_supplement,
    water.sewage_demand,
    water.handover_minutes,
    shelters.shelter_reply,
    shelters.owners_resolution,
    claims.enforced_settlement,
    claims.returned_overpayment,
)

LAYOUTS: dict[str, Layout] = {each.__name__: own(each.__name__, each) for each in _DRAWN}
