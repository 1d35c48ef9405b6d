"""One uploaded image made safe: decoded within limits and written anew, so that only its pixels remain."""

import threading
from dataclasses import dataclass
from io import BytesIO

import structlog
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from chat.errors import Refused

logger = structlog.get_logger(__name__)

MAX_BYTES = 10 * 1024 * 1024  # of an upload
MAX_PIXELS = 40_000_000  # of an upload: 160 MB while it is decoded
MAX_SIDE = 20_000
MAX_CHUNKS = 20_000  # of a PNG, or segments of a JPEG; those that programs write have a few thousand
MAX_SCANS = 40  # of a progressive JPEG, which has about ten: each goes over the whole picture, however short it is
LONGEST = 2_048  # pixels of the longest side that is kept; models look at less
LARGEST_PNG = 3_500_000  # bytes; a larger one is written as JPEG: models take 5 MB in base64
JPEG_QUALITY = 88
FORMATS = ("PNG", "JPEG", "WEBP")
_PNG = b"\x89PNG\r\n\x1a\n"
_SCAN = b"\xff\xda"  # stands nowhere else between the markers of a JPEG; thumbnails count too

Image.MAX_IMAGE_PIXELS = None  # the limits here are ours, and are looked at before anything is decoded
# one at a time: each may take MAX_PIXELS of memory
_decoding = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """What is stored: without metadata, upright, at most LONGEST a side."""

    data: bytes
    media_type: str
    width: int
    height: int
    was_animated: bool


def read(data: bytes) -> Picture:
    """Decode and write anew; refused as too large, of no known type, of too many pixels, or unreadable."""
    if len(data) > MAX_BYTES:
        raise Refused(code="image_too_large")
    with _decoding:
        try:
            return _read(data)
        except Refused:
            raise
        except UnidentifiedImageError:
            raise Refused(code="image_unreadable" if _looks_like_one(data) else "image_type") from None
        except Exception as error:  # noqa: BLE001 - a decoder of hostile bytes may raise anything
            logger.info("image refused", error=type(error).__name__)
            raise Refused(code="image_unreadable") from None


def _read(data: bytes) -> Picture:
    if _has_too_many_parts(data):
        raise Refused(code="image_unreadable")
    image = Image.open(BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise Refused(code="image_dimensions")
    if image.format in ("JPEG", "MPO") and data.count(_SCAN) > MAX_SCANS:
        raise Refused(code="image_unreadable")
    is_photo = image.format in ("JPEG", "MPO")  # MPO: a phone's JPEG that carries a second one
    was_animated = not is_photo and getattr(image, "n_frames", 1) > 1
    return _written(_decoded(image), was_animated, is_photo)


def _has_too_many_parts(data: bytes) -> bool:
    """Each is read one by one and in Python: millions of empty ones are a minute of work."""
    if data.startswith(b"\xff\xd8"):
        return _has_too_many_segments(data)
    if not data.startswith(_PNG):
        return False
    place = len(_PNG)
    for _chunk in range(MAX_CHUNKS):
        place += 12 + int.from_bytes(data[place : place + 4])
        if place >= len(data):
            return False
    return True


def _has_too_many_segments(data: bytes) -> bool:
    """Up to the first scan; bytes that only fill count as well."""
    place = 2
    for _segment in range(MAX_CHUNKS):
        if place >= len(data) or data[place : place + 2] == _SCAN:
            return False
        marker = data[place + 1 : place + 2]
        has_length = data[place] == 0xFF and b"\xc0" <= marker < b"\xff" and not b"\xd0" <= marker <= b"\xd8"
        place += 2 + max(2, int.from_bytes(data[place + 2 : place + 4])) if has_length else 1
    return True


def _looks_like_one(data: bytes) -> bool:
    return data.startswith((_PNG, b"\xff\xd8\xff")) or data[8:12] == b"WEBP"


def _decoded(image: ImageFile.ImageFile) -> Image.Image:
    """The first picture, upright, small enough, in colours with or without transparency."""
    image.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded at half its size where that is enough
    image.seek(0)
    image.load()
    if image.mode.startswith("I;16"):
        upright: Image.Image = image.point(lambda value: value / 256).convert("L")
    else:
        upright = ImageOps.exif_transpose(image)
    if upright.mode not in ("L", "RGB", "RGBA"):
        clear = upright.mode in ("LA", "PA", "La", "RGBa") or "transparency" in upright.info
        upright = upright.convert("RGBA" if clear else "RGB")
    upright.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return upright


def _written(image: Image.Image, was_animated: bool, is_photo: bool) -> Picture:
    """PNG keeps what a screenshot shows; a photo, and what would be too big as PNG, becomes JPEG."""
    clean = Image.new(image.mode, image.size)  # carries nothing of the file: no profile, no text, no thumbnail
    clean.paste(image)
    media_type, written = "image/png", b"" if is_photo else _as_png(clean)
    if is_photo or len(written) > LARGEST_PNG:
        media_type, written = "image/jpeg", _as_jpeg(clean)
    return Picture(written, media_type, clean.width, clean.height, was_animated)


def _as_png(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "PNG", optimize=False, compress_level=6)
    return target.getvalue()


def _as_jpeg(image: Image.Image) -> bytes:
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    target = BytesIO()
    image.save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()
