"""The documents department of a bank and a payment platform: receipts, statements, screens, slips, checks."""

from random import Random

from bench.papers.open.bank import lists, screens, slips, vouchers
from bench.papers.values import Layout, Paper


def _apart(name: str, layout: Layout) -> Layout:
    """A layout that draws other names than its neighbours do for the same seed."""

    def drawn(rng: Random) -> Paper:
        rng.seed(f"{name} {rng.getrandbits(64)}")
        return layout(rng)

    return drawn


_ALL: dict[str, Layout] = {
    "landscape_receipt": vouchers.landscape,
    "sides_receipt": vouchers.upright_sides,
    "two_on_a_page": vouchers.two_on_a_page,
    "batch_receipt": vouchers.batch,
    "returned_transfer": vouchers.returned,
    "foreign_exchange": vouchers.foreign,
    "credit_form": slips.credit_form,
    "wire_form": slips.wire_form,
    "check": slips.check,
    "card_slip": slips.card_slip,
    "statement": lists.statement,
    "columns": lists.columns,
    "donors": lists.donors,
    "app_screenshot": screens.app_screenshot,
    "app_photograph": screens.app_photograph,
    "web_page": screens.web_page,
    "platform_screen": screens.platform_screen,
    "platform_voucher": screens.platform_voucher,
}
LAYOUTS: dict[str, Layout] = {name: _apart(name, layout) for name, layout in _ALL.items()}
