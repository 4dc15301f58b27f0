"""All layouts."""

from bench.evidence.layouts_contracts import CONTRACTS

LAYOUTS = (*CONTRACTS,)
