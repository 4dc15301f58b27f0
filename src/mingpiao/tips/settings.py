"""Settings of tips. Imports little, since the command line reads settings before it loads rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class TipSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How long departments have, and how much strangers may send in a day (Asia/Shanghai)."""

    tip_accept_working_days: Annotated[
        int, Meta(ge=1, le=60, description="Working days in which a department accepts or refuses a tip.")
    ] = 5
    tip_answer_working_days: Annotated[
        int, Meta(ge=1, le=250, description="Working days in which an accepted tip is answered.")
    ] = 30
    tips_per_network: Annotated[
        int, Meta(ge=1, le=100_000, description="Tips a day from one network address.")
    ] = 20
    tips_a_day: Annotated[
        int, Meta(ge=1, le=10_000_000, description="Tips a day from all networks together.")
    ] = 2_000
    tip_files_per_network: Annotated[
        int, Meta(ge=1, le=100_000, description="Files of tips a day from one network address.")
    ] = 60
    tip_files_a_day: Annotated[
        int, Meta(ge=1, le=10_000_000, description="Files of tips a day from all networks together.")
    ] = 5_000
    tip_looks_per_network: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Times a day that one network address may ask for a tip by a code, or add to it.",
        ),
    ] = 200


SETTINGS = TipSettings
