"""The SQLAlchemy metadata in which every room's `tables.py` registers its tables; the migrations define the
schema.
"""

from sqlalchemy import MetaData

METADATA = MetaData()
