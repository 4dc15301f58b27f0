"""Settings of rules. Imports little, since the command line reads settings before it loads rooms."""

from typing import Annotated

import msgspec
from msgspec import Meta


class RuleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a version of a rule needs before it is approved."""

    rule_trial_days: Annotated[
        int,
        Meta(ge=1, le=180, description="Days of 试运行 after which a version may act without a back-test."),
    ] = 7


SETTINGS = RuleSettings
