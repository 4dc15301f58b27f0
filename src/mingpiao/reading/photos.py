"""Decodes pictures from outside within limits. Only for the reading process."""

import io
from typing import Any

from mingpiao.reading import errors

#: The longest side of a picture that is worked on, in pixels.
MAX_PIXELS_A_SIDE = 2_400
#: The most pixels of a picture, checked before it is decoded.
_MAX_PICTURE_PIXELS = 80_000_000

Image = Any


def decode(data: bytes) -> Image:
    """A picture as a viewer shows it, reduced to a useful size. Raises `FileUnreadable`."""
    import PIL.Image
    import PIL.ImageOps

    if not data:
        raise errors.empty()
    try:
        image = PIL.Image.open(io.BytesIO(data), formats=_formats(data))
    except PIL.Image.DecompressionBombError as error:
        raise errors.too_large_page(1) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise errors.damaged() from error
    if image.width * image.height > _MAX_PICTURE_PIXELS:
        raise errors.too_large_page(1)
    try:
        image.draft("RGB", (MAX_PIXELS_A_SIDE, MAX_PIXELS_A_SIDE))
        upright = _on_white(PIL.ImageOps.exif_transpose(image))
    except (OSError, ValueError, SyntaxError) as error:
        raise errors.damaged() from error
    upright.thumbnail((MAX_PIXELS_A_SIDE, MAX_PIXELS_A_SIDE))
    return upright


def _on_white(image: Image) -> Image:
    """A picture as it looks on paper: what is transparent is white, and black writing on it is read."""
    import PIL.Image

    if not image.has_transparency_data:
        return image.convert("RGB")
    paper = PIL.Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("RGB")


def _formats(data: bytes) -> tuple[str, ...]:
    """The decoders that may try a picture. That of HEIC is loaded when the first one comes."""
    if data[4:8] != b"ftyp":
        return ("PNG", "JPEG")
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False)
    return ("HEIF",)
