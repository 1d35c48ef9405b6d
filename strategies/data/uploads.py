"""Files between their upload and their import: in the data folder, by owner, for a day."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils.translation import gettext as _

from trademe.accounts.models import User

MAX_BYTES = 64 * 1024 * 1024
MOST = 5  # of one person; the oldest goes first
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored file and the name that the person's browser gave it."""

    id: UUID
    path: Path
    name: str

    @property
    def size(self) -> int:
        return self.path.stat().st_size


def keep(user: User, file: "UploadedFile[Any]") -> Upload:
    """Store the file, piece by piece; what is too old or too much is deleted."""
    folder = _folder(user)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _tidy(folder)
    upload_id, name = uuid4(), _plain_name(file.name)
    path = folder / f"{upload_id}.csv"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        for piece in file.chunks():
            target.write(piece)
    path.with_suffix(".name").write_text(name, encoding="utf-8")
    return Upload(upload_id, path, name)


def upload_for(user: User, upload_id: UUID) -> Upload:
    """The person's own upload; raises Http404 when it is not there (any more)."""
    path = _folder(user) / f"{upload_id}.csv"
    try:
        return Upload(upload_id, path, path.with_suffix(".name").read_text(encoding="utf-8"))
    except OSError as error:
        raise Http404(_("This upload is no longer there. Upload the file again.")) from error


def discard(upload: Upload) -> None:
    """Delete the file."""
    for path in (upload.path, upload.path.with_suffix(".name")):
        path.unlink(missing_ok=True)


def _folder(user: User) -> Path:
    root: Path = settings.CONFIG.data_dir
    return root / "uploads" / str(user.pk)


def _tidy(folder: Path) -> None:
    """Make room for one more."""
    oldest = time.time() - KEPT_SECONDS
    for place, (when, path) in enumerate(sorted(_files(folder), reverse=True), 1):
        if place >= MOST or when < oldest:
            discard(Upload(UUID(path.stem), path, ""))


def _files(folder: Path) -> Iterator[tuple[float, Path]]:
    for path in folder.glob("*.csv"):
        try:
            yield path.stat().st_mtime, path
        except FileNotFoundError:
            continue  # another tab has just imported or discarded it


def _plain_name(name: str | None) -> str:
    plain = "".join(letter for letter in os.path.basename(name or "") if letter.isprintable())
    return plain[:100] or "file.csv"
