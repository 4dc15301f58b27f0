"""One way to write a rule's texts, so that what is stored, exported and compared is the same."""

import msgspec

from mingpiao.rules.model import Rule


def tidy(rule: Rule) -> Rule:
    """The rule with texts without outer spaces and lines ended by a line feed; else as it is."""
    texts = {
        name: _tidy(getattr(rule, name))
        for name in ("code", "name", "basis", "message", "condition", "field")
    }
    return msgspec.structs.replace(rule, **texts)


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
