"""Reading papers: pages to upright lines with places. Runs only in the reading process, which can be killed.

The libraries that look at pictures are imported when the first picture comes, never before.
"""

from mingpiao.evidence.reading.errors import PaperUnreadable
from mingpiao.evidence.reading.reader import picture, read_lines, read_paper

__all__ = ["PaperUnreadable", "picture", "read_lines", "read_paper"]
