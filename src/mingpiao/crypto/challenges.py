"""What a key signs when its person signs in. Agent and server make the same text, so that a signature says for which
site it was made; nothing else that a key signs begins like it.
"""

import re

_HEAD = "mingpiao ukey sign-in 1"
_ORIGIN = re.compile(r"https?://[a-z0-9.:\[\]-]{1,253}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{22,200}")


def signed_text(origin: str, challenge: str) -> bytes | None:
    """The bytes to sign for a site (`https://host[:port]`) and its challenge; None where either is none."""
    if not _ORIGIN.fullmatch(origin) or not _CHALLENGE.fullmatch(challenge):
        return None
    return f"{_HEAD}\n{origin}\n{challenge}\n".encode()
