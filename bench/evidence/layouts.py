"""All layouts by name."""

from bench.evidence.layouts_contracts import CONTRACTS
from bench.evidence.layouts_donations import DONATIONS
from bench.evidence.layouts_policies import POLICIES
from bench.evidence.layouts_transfers import TRANSFERS

LAYOUTS = {layout.name: layout for layout in (*CONTRACTS, *DONATIONS, *POLICIES, *TRANSFERS)}
