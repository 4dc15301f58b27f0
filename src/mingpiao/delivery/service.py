"""What other rooms and pages may ask of delivery."""

from mingpiao.delivery.outbox import SmsOutbox, list_sms, messages_on_phone, waiting_sms

__all__ = ["SmsOutbox", "list_sms", "messages_on_phone", "waiting_sms"]
