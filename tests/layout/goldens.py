"""The approved pictures of faces: drawn from the PDF writer's output, grey, 96 dots an inch.

Run `python -m tests.layout.goldens` after a wanted change, look at the pictures, and commit them.
"""

from pathlib import Path

import pypdfium2
from PIL import Image
from tests.layout.samples import ISSUED_AT, general, many_scripts, outpatient, red, stand_in_pictures

from mingpiao.layout.composition import compose
from mingpiao.layout.loading import shipped_templates
from mingpiao.layout.pdf import write_pdf
from mingpiao.letters.service import typecase
from mingpiao.sealing.model import Face

FOLDER = Path(__file__).parent / "golden"
ADDRESS = "https://bill.example.gov.cn/verify?c=15060125&n=0000012345&h=" + "3f" * 32

#: name → (template, face, page)
CASES: dict[str, tuple[str, Face, int]] = {
    "outpatient": ("outpatient", outpatient(), 0),
    "outpatient_full": ("outpatient", outpatient(items=60, lines=40, payer="演示患者" * 150), 0),
    "outpatient_more": ("outpatient", outpatient(items=60, lines=40, payer="演示患者" * 150), 1),
    "outpatient_list": ("outpatient", outpatient(items=60, lines=40, payer="演示患者" * 150), 2),
    "outpatient_annex": ("outpatient", outpatient(items=60, lines=40, payer="演示患者" * 150), 4),
    "inpatient": ("inpatient", outpatient(items=12), 0),
    "general": ("general", general(), 0),
    "general_long": ("general", general(name="城镇垃圾处理费" * 80, remark="备注" * 300), 0),
    "red": ("general", red(general()), 0),
    "donation": ("donation", general(), 0),
    "scripts": ("general", many_scripts(), 0),
}


def picture(name: str) -> Image.Image:
    """One page of a case, drawn anew."""
    key, face, page = CASES[name]
    composition = compose(face, shipped_templates()[key], ADDRESS, typecase())
    data = write_pdf(composition, typecase(), stand_in_pictures(), b"<x/>", ISSUED_AT)
    document = pypdfium2.PdfDocument(data)
    try:
        return document[page].render(scale=96 / 72, grayscale=True).to_pil().convert("L")
    finally:
        document.close()


def main() -> None:
    """Draw all pictures anew."""
    FOLDER.mkdir(exist_ok=True)
    for name in CASES:
        picture(name).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
