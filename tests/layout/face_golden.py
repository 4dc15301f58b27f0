"""The approved file of a face version. Run this module after a wanted change, look at the difference, commit it."""

from datetime import date, datetime
from pathlib import Path

from msgspec.structs import replace

from mingpiao.demo.kinds import KINDS
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.layout.model import FaceLine, FaceState, FaceVersion
from mingpiao.layout.service import face_file, shipped_face

GOLDEN = Path(__file__).parent / "golden" / "0301-02.json"


def golden_version() -> FaceVersion:
    """Version 2 of 公益事业捐赠票据, with a line and a field of its own size."""
    template = shipped_face(next(kind for kind in KINDS if kind.code == "0301"))
    fields = tuple(replace(field, size=3.4) if field.value == "code" else field for field in template.fields)
    return FaceVersion(
        kind_code="0301",
        version=2,
        state=FaceState.DRAFT,
        revision=1,
        template=replace(template, fields=fields, lines=(FaceLine(x1=10, y1=134, x2=90, y2=134),)),
        valid_from=date(2027, 1, 1),
        note="样张",
        author="account:1",
        author_name="演示制样员",
        makers=("account:1",),
        saved_at=datetime(2026, 11, 28, 9, 0, tzinfo=SHANGHAI),
    )


def main() -> None:
    """Write the file anew."""
    GOLDEN.write_bytes(face_file(golden_version())[1])


if __name__ == "__main__":
    main()
