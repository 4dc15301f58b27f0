"""The settings of UKeys."""

from typing import Annotated

import msgspec
from msgspec import Meta


class UKeySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the agent of people is."""

    ukey_agent_port: Annotated[
        int,
        Meta(
            ge=1024,
            le=65535,
            description="Port of 127.0.0.1 at which the sign-in page asks for the UKey agent of the person's machine.",
        ),
    ] = 17431


SETTINGS = UKeySettings
