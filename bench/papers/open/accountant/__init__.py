"""The chief accountant's hand: papers behind payments to public units."""

from collections.abc import Callable
from random import Random

from bench.papers.open.accountant import banks, contracts, foreign, orders, sheets, slips, stages
from bench.papers.values import Layout, Paper


def _own(draw: Callable[[Random], Paper]) -> Layout:
    """Layouts that get the same seed must not name the same firms."""

    def layout(rng: Random) -> Paper:
        return draw(Random(f"{draw.__name__} {rng.random()}"))  # noqa: S311

    layout.__doc__ = draw.__doc__
    return layout


LAYOUTS: dict[str, Layout] = {
    draw.__name__: _own(draw)
    for draw in (
        contracts.tech_development, contracts.sponsorship, contracts.hall_lease, contracts.port_supplement,
        orders.waste_treatment, orders.testing_form, orders.purchase_order, orders.quotation,
        sheets.hall_settlement, sheets.port_settlement, banks.marked_statement, banks.ledger_statement,
        banks.e_receipt, banks.online_print, foreign.bilingual_contract, foreign.english_agreement,
        stages.payment_plan, stages.payment_request, slips.paying_in_slip, slips.counter_slip,
    )
}  # fmt: skip
