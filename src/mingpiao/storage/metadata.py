"""Where every room's `tables.py` registers its tables; the migrations remain the schema's source."""

from sqlalchemy import MetaData

METADATA = MetaData()
