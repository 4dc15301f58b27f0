"""What pages may ask of recovery."""

from mingpiao.recovery.asking import CODE_DIGITS, CODE_LIVES, CodeSender
from mingpiao.recovery.mobiles import change_mobile, change_own_mobile
from mingpiao.recovery.using import Recovery

__all__ = ["CODE_DIGITS", "CODE_LIVES", "CodeSender", "Recovery", "change_mobile", "change_own_mobile"]
