"""The rule for user names."""

import re

_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{2,63}")


def is_username(text: str) -> bool:
    """Whether a text is 3 to 64 letters, digits or . _ @ - and begins with a letter or digit."""
    return _USERNAME.fullmatch(text) is not None
