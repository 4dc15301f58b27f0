"""What other rooms may ask of identity."""

from mingpiao.identity.audit import record, record_many

__all__ = ["record", "record_many"]
