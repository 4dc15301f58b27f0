"""What can be set of verification. Light to load: the command line reads settings before it loads rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class VerificationSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How often a stranger may be wrong."""

    wrong_checks_per_bill: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Wrong answers a day about one bill, after which a puzzle comes before each check by its "
            "face; after three times as many from one address it is refused to that address until tomorrow.",
        ),
    ] = 10
    wrong_checks_per_address: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Wrong answers a day from one network address, after which a puzzle comes before each "
            "check by a face; after ten times as many it gets no more until tomorrow.",
        ),
    ] = 30
    checked_files_per_minute: Annotated[
        int,
        Meta(ge=1, le=1_000_000, description="Files that one network address may have checked in a minute."),
    ] = 60
    checked_batch_lines_per_hour: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Bills that one network address may have checked in batches in an hour.",
        ),
    ] = 1000


SETTINGS = VerificationSettings
