"""Settings of recovery. Imports little, since the command line reads settings before it loads rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class RecoverySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many codes are asked for and sent in a day (Asia/Shanghai)."""

    recovery_codes_per_account: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            description="Codes a day for one account, and for whatever is typed as one.",
        ),
    ] = 5
    recovery_codes_per_mobile: Annotated[
        int, Meta(ge=1, le=1_000, description="Codes a day that one mobile number gets.")
    ] = 10
    recovery_asks_per_network: Annotated[
        int, Meta(ge=1, le=100_000, description="Codes a day that one network address may ask for.")
    ] = 30
    recovery_asks_a_day: Annotated[
        int, Meta(ge=1, le=10_000_000, description="Codes a day that all together may ask for.")
    ] = 2_000


SETTINGS = RecoverySettings
