"""PDF files whose fonts say that their shapes are other characters than they are."""

import io
import re
from collections.abc import Mapping

import pikepdf


def exchanged(data: bytes, instead: Mapping[str, str]) -> bytes:
    """A file (of reportlab, whose tables map code by code) in whose text layer each key reads as its value."""
    codes = {f"{ord(said):04x}".encode(): f"{ord(meant):04x}".encode() for said, meant in instead.items()}
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as file:
        for each in file.objects:
            if isinstance(each, pikepdf.Dictionary) and "/ToUnicode" in each:
                each.ToUnicode = file.make_stream(_mapped(each.ToUnicode.read_bytes(), codes))
        file.save(out)
    return out.getvalue()


def _mapped(table: bytes, codes: Mapping[bytes, bytes]) -> bytes:
    head, rows = table.split(b"beginbf", 1)
    rows = re.sub(rb"<([0-9A-Fa-f]{4})>", lambda code: b"<%s>" % codes.get(code[1].lower(), code[1]), rows)
    return head + b"beginbf" + rows
