"""Reading files: pages to upright lines with places. Runs only in the reading process, which can be killed.

The libraries that look at pictures are imported when the first picture comes, never before.
"""

from mingpiao.evidence.reading.errors import FileUnreadable
from mingpiao.evidence.reading.reader import picture, read_file, read_lines

__all__ = ["FileUnreadable", "picture", "read_file", "read_lines"]
