"""Reading files: pages to upright lines with places, by the text layer or from the picture; and their layout.

Strangers' files are opened only in reading processes (`process.py`), which can be killed. The libraries
that look at pictures are imported there when the first picture comes, never before.
"""
