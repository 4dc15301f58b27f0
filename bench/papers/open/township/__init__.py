"""Papers of a county town's government, its schools, homes, waterworks and halls."""

from bench.papers.open.township import (
    admissions,
    amended,
    fines,
    gifts,
    grants,
    leases,
    minutes,
    receipts,
    stages,
)  # fmt: skip
from bench.papers.open.township.base import own
from bench.papers.values import Layout

_DRAWN: tuple[Layout, ...] = (
    grants.relief_notice,
    grants.village_funds_sheet,
    grants.disabled_letter,
    grants.water_advance,
    leases.stall_lease,
    leases.land_lease,
    leases.fee_slip,
    leases.meter_sheet,
    fines.penalty,
    fines.payment_order,
    fines.damage_agreement,
    admissions.kindergarten,
    admissions.care_agreement,
    admissions.care_slip,
    gifts.staged_gift,
    gifts.donor_list,
    gifts.goods_letter,
    minutes.request_and_reply,
    minutes.minutes,
    minutes.letters,
    stages.progress_form,
    stages.final_payment,
    receipts.credit_union,
    receipts.post_slip,
    amended.changed_notice,
    amended.lease_supplement,
)

LAYOUTS: dict[str, Layout] = {each.__name__: own(each.__name__, each) for each in _DRAWN}
