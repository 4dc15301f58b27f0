"""As whom the demonstration acts in the audit trail."""

from mingpiao.identity.model import platform

ACTING = platform("demo")
