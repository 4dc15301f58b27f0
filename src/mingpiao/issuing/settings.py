"""What can be set of issuing. Light to load: the command line reads settings before it loads rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class IssuingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How far clocks may be apart."""

    clock_limit_seconds: Annotated[
        int,
        Meta(
            ge=2,
            le=300,
            description="Seconds by which this machine's clock may differ from the database's before it stops issuing.",
        ),
    ] = 60


SETTINGS = IssuingSettings
