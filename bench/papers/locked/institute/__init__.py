"""Papers of a provincial research institute with its training centre, its library and its learned society."""

from bench.papers.locked.institute import (
    gifts,
    library,
    payments,
    research,
    rooms,
    society,
    testing,
    training,
)  # fmt: skip
from bench.papers.locked.institute.base import own
from bench.papers.values import Layout

_DRAWN: tuple[Layout, ...] = (
    research.development,
    research.supplement,
    research.patent_licence,
    research.royalty_sheet,
    testing.test_order,
    testing.calibration_demand,
    testing.fee_reply,
    testing.talk,
    training.course_notice,
    training.registration_mail,
    training.commissioned_course,
    society.dues_notice,
    society.council_minutes,
    society.membership_form,
    rooms.lab_lease,
    rooms.hall_form,
    rooms.parking_list,
    gifts.foundation_grant,
    gifts.instruments,
    gifts.donor_board,
    library.lost_book,
    library.novelty_order,
    library.thesis_letter,
    payments.bank_receipt,
    payments.statement,
    payments.paid_order,
)

LAYOUTS: dict[str, Layout] = {each.__name__: own(each.__name__, each) for each in _DRAWN}
