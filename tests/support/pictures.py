"""Images as people have them, made with Pillow."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

SECRET = "taken at 52.5200 north"


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    target = BytesIO()
    image.save(target, format, **options)
    return target.getvalue()


def chart(width: int = 320, height: int = 200, mode: str = "RGB") -> Image.Image:
    """A light ground with a dark line, as a screenshot of bars."""
    image = Image.new(mode, (width, height), 240 if mode == "L" else "white")
    for x in range(width):
        image.putpixel(
            (x, (x * 7) % height), 10 if mode == "L" else (20, 40, 160) if mode == "RGB" else (20, 40, 160, 90)
        )
    return image


def png(width: int = 320, height: int = 200) -> bytes:
    return encoded(chart(width, height))


def png_that_tells() -> bytes:
    """With text beside its pixels."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET)
    return encoded(chart(), pnginfo=text)


def photo_that_tells() -> bytes:
    """A JPEG lying on its side, as phones write them, with a description in its EXIF data."""
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif[0x0112] = 6  # turn by a quarter
    return encoded(chart(320, 200), "JPEG", exif=exif, comment=SECRET.encode())


def animated(format: str) -> bytes:
    first, second = Image.new("RGB", (40, 30), "red"), Image.new("RGB", (40, 30), "blue")
    return encoded(first, format, save_all=True, append_images=[second], duration=100)


def webp() -> bytes:
    return encoded(chart(), "WEBP", lossless=True)


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes and many pixels."""
    return encoded(Image.new("1", (width, height)), "PNG")


KINDS: dict[str, Callable[[], bytes]] = {"png": png, "jpeg": photo_that_tells, "webp": webp}
