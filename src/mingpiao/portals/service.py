"""What the pages of the first setup use of the portals: templates, static files, tables."""

from mingpiao.portals.forms import clean
from mingpiao.portals.packing import STATIC_DIR, serve_static
from mingpiao.portals.rendering import ENVIRONMENT
from mingpiao.portals.sheets import read_table

__all__ = ["ENVIRONMENT", "STATIC_DIR", "clean", "read_table", "serve_static"]
