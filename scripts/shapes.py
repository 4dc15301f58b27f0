"""Draw the shapes anew with which the text of PDF files is held against its pages (`reading/shapes.py`).

    .venv/bin/python scripts/shapes.py

To be run when one of the fonts changed, or how shapes are told; a test fails until it was.
"""

import numpy as np

from mingpiao.reading.shapes import TABLE, draw_anew


def main() -> None:
    np.savez_compressed(TABLE, **draw_anew())


if __name__ == "__main__":
    main()
