"""JPEG and PNG to one page, inside the sandbox: upright, on white, without EXIF, GPS or other metadata."""

from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from portal.documents.frames import Limits, RenderedPage
from portal.documents.render_pdf import encode
from portal.documents.verdicts import Refusal, Refused

FORMATS = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",)}


def page(source: BinaryIO, media_type: str, limits: Limits) -> RenderedPage:
    """The picture as a page; raises :class:`Refused`."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(source, formats=FORMATS[media_type]) as image:
            if image.width * image.height > limits.pixels:
                raise Refused(Refusal.TOO_MANY_PIXELS)
            upright = _upright(image, limits.longest_side)
    except UnidentifiedImageError:
        raise Refused(Refusal.DAMAGED) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused(Refusal.CUT_OFF if "truncated" in str(error) else Refusal.DAMAGED) from None
    return RenderedPage(number=1, width=upright.width, height=upright.height, text=b"", image=encode(upright))


def _upright(image: Image.Image, longest_side: int) -> Image.Image:
    """Decoded in full, so that damage shows; made small before anything else needs memory for it."""
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    image.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image.load()
    return _on_white(ImageOps.exif_transpose(image))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    return image if image.mode in {"L", "RGB"} else image.convert("RGB")
