"""The pages of the finance departments."""

from litestar import Router

from mingpiao.portals import messages
from mingpiao.portals.finance import (
    evidence,
    evidence_list,
    kinds,
    qualifications,
    review,
    review_figures,
    reviews,
    rule_conditions,
    rule_editor,
    rule_files,
    rule_library,
    rule_running,
    rule_trials,
    rules,
)
from mingpiao.portals.finance.bills import bill_document, bill_list, bill_page
from mingpiao.portals.finance.exports import export_csv, export_workbook
from mingpiao.portals.finance.home import overview
from mingpiao.portals.finance.units import unit_list, unit_page
from mingpiao.portals.routing import portal_router
from mingpiao.portals.session import require_department


def create_router() -> Router:
    """Routes under /finance, for officers and heads of departments and administrators."""
    handlers = [
        overview,
        unit_list,
        unit_page,
        bill_list,
        bill_page,
        bill_document,
        export_csv,
        export_workbook,
        *qualifications.HANDLERS,
        *messages.HANDLERS,
        *evidence.HANDLERS,
        *evidence_list.HANDLERS,
        *kinds.HANDLERS,
        *reviews.HANDLERS,
        *review_figures.HANDLERS,
        *review.HANDLERS,
        *rules.HANDLERS,
        *rule_editor.HANDLERS,
        *rule_files.HANDLERS,
        *rule_library.HANDLERS,
        *rule_running.HANDLERS,
        *rule_trials.HANDLERS,
        rule_conditions.convert_condition,
    ]
    return portal_router("/finance", handlers, guard=require_department)
