"""The acting values under which the demonstration appears in the audit trail."""

from mingpiao.identity.model import platform

ACTING = platform("demo")
