"""Settings of applications. Imports little, since the command line reads settings before it loads rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class ReviewSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How appeals are decided."""

    review_working_days: Annotated[
        int,
        Meta(ge=1, le=30, description="Working days that a department has to decide about an appeal."),
    ] = 3
    returned_case_days: Annotated[
        int,
        Meta(
            ge=1,
            le=3650,
            description="Days for which the same business as one that a department returned goes to it again.",
        ),
    ] = 90


SETTINGS = ReviewSettings
