"""What is made of an uploaded image: only its pixels remain, within limits, whatever was sent."""

import contextlib
import zlib
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from chat.attachments import images
from chat.errors import Refused
from tests.support import pictures


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        images.read(data)
    return refused.value.code


def test_it_works() -> None:
    picture = images.read(pictures.png(320, 200))
    assert (picture.media_type, picture.width, picture.height, picture.was_animated) == ("image/png", 320, 200, False)
    assert opened(picture.data).convert("RGB").tobytes() == pictures.chart(320, 200).tobytes(), "pixel for pixel"


@pytest.mark.parametrize("tells", [pictures.png_that_tells, pictures.photo_that_tells])
def test_nothing_but_pixels_remains(tells: object) -> None:
    data: bytes = tells()  # type: ignore[operator]
    assert pictures.SECRET.encode() in data
    picture = images.read(data)
    assert pictures.SECRET.encode() not in picture.data
    again = opened(picture.data)
    assert not again.getexif()
    assert not {"exif", "comment", "icc_profile", "Comment", "XML:com.adobe.xmp"} & set(again.info)


def test_a_photo_stands_upright_and_stays_a_jpeg() -> None:
    picture = images.read(pictures.photo_that_tells())
    assert (picture.media_type, picture.width, picture.height) == ("image/jpeg", 200, 320)


def test_webp_becomes_png_which_every_model_server_reads() -> None:
    picture = images.read(pictures.webp())
    assert (picture.media_type, picture.width) == ("image/png", 320)


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_kept(format: str) -> None:
    picture = images.read(pictures.animated(format))
    assert picture.was_animated
    again = opened(picture.data)
    assert getattr(again, "n_frames", 1) == 1
    red, _green, blue = again.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 > 50 > blue


def test_the_longest_side_is_limited() -> None:
    picture = images.read(pictures.png(4_000, 1_000))
    assert (picture.width, picture.height) == (2_048, 512)


def test_what_would_be_too_big_as_png_becomes_a_jpeg() -> None:
    noise = Image.frombytes("RGB", (1_500, 1_500), Random(7).randbytes(1_500 * 1_500 * 3))
    picture = images.read(pictures.encoded(noise, "PNG", compress_level=1))
    assert picture.media_type == "image/jpeg"
    assert len(picture.data) <= images.LARGEST_PNG


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    source = Image.new(mode, (30, 20), 65_535 if mode.startswith("I") else (255, 255) if mode == "LA" else 1)
    picture = images.read(pictures.encoded(source))
    assert (picture.width, picture.height) == (30, 20)


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    source = Image.new("I;16", (3, 1))
    for x, value in enumerate((0, 32_768, 65_535)):
        source.putpixel((x, 0), value)
    again = opened(images.read(pictures.encoded(source)).data).convert("L")
    dark, middle, light = (again.getpixel((x, 0)) for x in range(3))
    assert dark == 0
    assert 120 <= middle <= 135  # type: ignore[operator]
    assert light == 255


def test_transparency_survives() -> None:
    source = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    assert opened(images.read(pictures.encoded(source)).data).mode == "RGBA"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "image_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image_type"),
        (b"GIF89a" + b"\0" * 100, "image_type"),
        (b"%PDF-1.7", "image_type"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image_unreadable"),
        (pictures.png()[:400], "image_unreadable"),
        (pictures.photo_that_tells()[:500], "image_unreadable"),
        (pictures.webp()[:60], "image_unreadable"),
        (b"\xff\xd8\xff\xe0nothing of it", "image_unreadable"),
        (b"\0" * (images.MAX_BYTES + 1), "image_too_large"),
    ],
)
def test_what_is_no_image_is_refused_with_its_code(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.parametrize("size", [(8_000, 8_000), (30_000, 10)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    data = pictures.bomb(*size)
    assert len(data) < 100_000
    assert refusal(data) == "image_dimensions"


@pytest.mark.parametrize("kind", sorted(pictures.KINDS))
def test_damaged_files_are_refused_or_read_and_never_more(kind: str) -> None:
    whole = pictures.KINDS[kind]()
    random = Random(kind)
    for _each in range(150):
        damaged = bytearray(whole)
        for _place in range(random.randint(1, 12)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        with contextlib.suppress(Refused):
            opened(images.read(bytes(damaged[: random.randint(20, len(damaged))])).data)


def test_a_jpeg_of_endless_scans_is_refused_before_it_is_decoded() -> None:
    """Each scan of a few bytes goes over the whole picture: a file of 10 MB would be decoded for hours."""
    whole = pictures.encoded(pictures.chart(), "JPEG", progressive=True)
    last = whole[whole.rfind(b"\xff\xda") : -2]
    assert images.read(whole).media_type == "image/jpeg"
    assert refusal(whole[:-2] + last * 100 + whole[-2:]) == "image_unreadable"


def test_a_png_of_endless_chunks_is_refused_before_it_is_read() -> None:
    whole = pictures.png()
    empty = b"\0\0\0\0prVt" + zlib.crc32(b"prVt").to_bytes(4)
    assert images.read(whole[:33] + empty * 10_000 + whole[33:]).width == 320
    assert refusal(whole[:33] + empty * 30_000 + whole[33:]) == "image_unreadable"


@pytest.mark.parametrize("part", [b"\xff\xfe\x00\x02", b"\xff\xd0", b"\xff"])
def test_a_jpeg_of_endless_segments_is_refused_before_it_is_read(part: bytes) -> None:
    whole = pictures.encoded(pictures.chart(), "JPEG")
    assert images.read(whole[:2] + part * 1_000 + whole[2:]).width == 320
    assert refusal(whole[:2] + part * 30_000 + whole[2:]) == "image_unreadable"
