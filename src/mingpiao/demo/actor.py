"""As whom the demonstration acts in the audit trail."""

from mingpiao.identity.model import Actor

ACTOR = Actor(label="system:demo")
