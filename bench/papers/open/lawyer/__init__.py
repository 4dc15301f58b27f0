"""Papers of the lawyer of a county hospital and a teachers' college in the west."""

from bench.papers.open.lawyer import changes, contracts, deposits, letters, mails, minutes, orders, services
from bench.papers.values import Layout

LAYOUTS: dict[str, Layout] = {
    "research_contract": contracts.research,
    "venue_lease": contracts.venue,
    "training_contract": contracts.training,
    "health_checks": services.checks,
    "unusual_roles": services.roles,
    "second_supplement": changes.supplement,
    "before_and_after": changes.compared,
    "framework_first_order": orders.framework,
    "order_form": orders.call_off,
    "security_deposit": deposits.security,
    "room_deposit": deposits.room,
    "county_minutes": minutes.county,
    "managers_minutes": minutes.managers,
    "bureau_letter": letters.bureau,
    "firm_letter": letters.firm_letter,
    "mail_thread": mails.thread,
    "certified_mail": mails.certified,
    "several_parties": letters.parties,
}
