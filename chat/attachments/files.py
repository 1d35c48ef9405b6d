"""The files of attachments in the data folder: written once, durable before anybody hears of them."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from chat.models import Attachment

EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg"}


def root() -> Path:
    folder: Path = settings.CONFIG.data_dir / "attachments"
    return folder


def path_of(attachment: Attachment) -> Path:
    return _path(attachment.conversation_id, attachment.file, attachment.media_type)


def write(conversation_id: UUID, file: UUID, media_type: str, data: bytes) -> None:
    """Store a new file; when this returns it survives the loss of power."""
    path = _path(conversation_id, file, media_type)
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (root().parent, root()):
            _sync(folder)
    part = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
        _sync(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise


def read(attachment: Attachment) -> bytes:
    """The stored bytes; raises FileNotFoundError where they are gone."""
    return path_of(attachment).read_bytes()


def remove(attachment: Attachment) -> None:
    """Delete the file, and its folder with the last one."""
    path = path_of(attachment)
    path.unlink(missing_ok=True)
    _remove_if_empty(path.parent)


def stored() -> Iterator[tuple[Path, UUID | None]]:
    """Every file that lies there with the ``Attachment.file`` that it should be; None for anything else."""
    for path in sorted(root().glob("*/*")):
        try:
            yield path, UUID(path.stem)
        except ValueError:
            yield path, None


def remove_path(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_if_empty(path.parent)


def _path(conversation_id: UUID, file: UUID, media_type: str) -> Path:
    return root() / conversation_id.hex / f"{file.hex}{EXTENSIONS[media_type]}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # another image lies there
