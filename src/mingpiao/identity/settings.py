"""Settings of identity. Cheap to import, since the command line reads settings before it imports rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta

_SIDES = "(unit|finance|admin)"


class IdentitySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How people prove who they are."""

    second_factor: Annotated[
        str,
        Meta(
            pattern=f"^(auto|none|{_SIDES}(,{_SIDES}){{0,2}})$",
            description="Who needs a second factor: `none`, or some of `unit`, `finance` and `admin`, separated by "
            "commas. `auto` means `finance,admin`, and nobody on demonstrations and training sites.",
        ),
    ] = "auto"
    unused_account_days: Annotated[
        int,
        Meta(
            ge=0,
            le=3650,
            description="Accounts that nobody used for so many days are closed, announced 14 and 3 days before; 0: never. "
            "Training sites close none.",
        ),
    ] = 90


SETTINGS = IdentitySettings
