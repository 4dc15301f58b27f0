"""Papers of a vocational school: its contracts clerk, its student union and its alumni foundation."""

from bench.papers.open.school import gifts, halls, notes, payments, research, sheets, tenders, training
from bench.papers.values import Layout

LAYOUTS: dict[str, Layout] = {
    "order_class": training.order_class,
    "order_supplement": training.order_supplement,
    "exam_notice": training.exam_notice,
    "joint_split": sheets.joint_split,
    "settlement": sheets.settlement,
    "dormitory": halls.dormitory,
    "venue_form": halls.venue_form,
    "rent_steps": halls.rent_steps,
    "compensation": halls.compensation,
    "scholarship_letter": gifts.scholarship_letter,
    "donor_list": gifts.donor_list,
    "pledge_email": gifts.pledge_email,
    "sponsorship": gifts.sponsorship,
    "research_contract": research.research_contract,
    "service_supplement": research.service_supplement,
    "void_contract": research.void_contract,
    "hidden_clause": research.hidden_clause,
    "tender_notice": tenders.tender_notice,
    "security_refund": tenders.security_refund,
    "award": tenders.award,
    "training_notice": training.training_notice,
    "bank_receipt": payments.bank_receipt,
    "bank_screen": payments.bank_screen,
    "campus_pay": payments.campus_pay,
    "alipay_gift": payments.alipay_gift,
    "minutes": notes.minutes,
    "enrolment": notes.enrolment,
}
