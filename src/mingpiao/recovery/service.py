"""What pages may ask of recovery."""

from mingpiao.recovery.asking import CODE_DIGITS, CODE_LIVES, CodeSender
from mingpiao.recovery.using import Recovery

__all__ = ["CODE_DIGITS", "CODE_LIVES", "CodeSender", "Recovery"]
