"""Papers of the accountant of societies, foundations, institutes, museums and centres of examination."""

from bench.papers.open.society.banks import bank_slip, remittance_advice, statement_marked
from bench.papers.open.society.bequests import bequest, goods_donation
from bench.papers.open.society.donations import donation_family, donation_foreign, donation_stages
from bench.papers.open.society.exams import enrolment_list, exam_settlement, payment_certificate
from bench.papers.open.society.grants import grant_letter, task_book
from bench.papers.open.society.letters import debit_note, mail_thread, payment_notice
from bench.papers.open.society.lists import donor_list, sponsorship_amended
from bench.papers.open.society.membership import (
    admission_form,
    booth_contract,
    conference_reply,
    fee_notice,
)
from bench.papers.open.society.works import (
    appraisal_settlement,
    quotation,
    research_contract,
    testing_order,
)
from bench.papers.values import Layout

LAYOUTS: dict[str, Layout] = {
    each.__name__: each
    for each in (
        fee_notice,
        admission_form,
        booth_contract,
        conference_reply,
        sponsorship_amended,
        donation_stages,
        donation_family,
        donation_foreign,
        bequest,
        goods_donation,
        testing_order,
        research_contract,
        appraisal_settlement,
        quotation,
        exam_settlement,
        enrolment_list,
        payment_certificate,
        grant_letter,
        task_book,
        mail_thread,
        debit_note,
        payment_notice,
        bank_slip,
        remittance_advice,
        statement_marked,
        donor_list,
    )
}
