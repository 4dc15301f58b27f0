"""What drawing a bill's PDF anew takes besides its XML, as files that go with the public certificates."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.service import LAYOUT_RELEASE, picture_of_seals, render_pdf, template_for
from mingpiao.sealing.model import Face

FILE = "looks.json"
SEALS = "seals"
_HASH_DIGITS = 64


class KindLook(msgspec.Struct, frozen=True, kw_only=True):
    """The face template of a bill kind, and its MainExt members (MOF name → Chinese label)."""

    template: str
    labels: dict[str, str]


class Looks(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that QR symbols lead to, the present one last, and how each kind (its code) looks."""

    addresses: tuple[str, ...]
    kinds: dict[str, KindLook]


def looks_of(catalog: Catalog, address: str, former: Looks | None) -> Looks:
    """How bills look now; addresses of former exports are kept, as files bear them for ever."""
    addresses = [known for known in former.addresses if known != address] if former else []
    kinds = {
        kind.code: KindLook(
            template=kind.template, labels={field.name: field.label for field in kind.extension_fields}
        )
        for kind in catalog.kinds.values()
    }
    return Looks(addresses=(*addresses, address), kinds=kinds)


def write_looks(directory: Path, looks: Looks, seals: Mapping[str, bytes]) -> None:
    """Write `looks.json`, and each seal into `seals/`, named by its hash."""
    (directory / SEALS).mkdir(parents=True, exist_ok=True)
    for digest, seal in seals.items():
        (directory / SEALS / f"{digest}.esl").write_bytes(seal)
    fresh = directory / f"{FILE}.new"
    fresh.write_bytes(msgspec.json.encode(looks))
    fresh.replace(directory / FILE)


def read_looks(directory: Path) -> Looks | None:
    """What was exported to a directory; None when it holds certificates alone, or something unreadable."""
    try:
        return msgspec.json.decode((directory / FILE).read_bytes(), type=Looks)
    except (OSError, msgspec.DecodeError):
        return None


def own_pdfs(xml: bytes, face: Face, directory: Path, looks: Looks) -> list[bytes]:
    """The bill's PDFs as this and former releases make them, under each known address; none when its kind
    or a seal of its is not among what was exported."""
    kind = looks.kinds.get(face.code[2:6])
    pictures = [_seal(directory, digest) for digest in (face.unit_seal.hash, face.supervisor_seal.hash)]
    unit, supervisor = pictures
    if kind is None or unit is None or supervisor is None:
        return []
    try:
        drawn = picture_of_seals(unit, supervisor)
        return [
            render_pdf(
                xml,
                template_for(kind.template, kind.labels, release=release),
                drawn,
                check_base=address,
                release=release,
            )
            for address in reversed(looks.addresses)
            for release in range(LAYOUT_RELEASE, 0, -1)
        ]
    except Refusal:
        return []


def _seal(directory: Path, digest: str) -> bytes | None:
    if len(digest) != _HASH_DIGITS or not digest.isalnum():
        return None
    file = directory / SEALS / f"{digest}.esl"
    return file.read_bytes() if file.is_file() else None
