"""A disk so small that it can be filled: a tmpfs of its own, which needs root.

What is full then, as seen here: SQLite answers "database or disk is full" as soon as its journal or its file must grow
(pages it holds already are written all the same). PostgreSQL refuses a statement whose table must grow (53100) and goes
on; when its log needs a new segment (``PostgresCluster.write_log`` brings that about) it stops with a PANIC, gives up
when it cannot recover on the full disk, and has to be started again when there is room (``revive``).
"""

import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.product import Product
from tests.support.rig import Missing

MIB = 1024 * 1024
_FILLER = "filler"


class SmallDisk:
    """``folder`` is a disk of ``size`` bytes until ``close``; raises Missing where mounting is not allowed."""

    def __init__(self, size: int = 16 * MIB) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="trademe-disk-"))
        options = f"size={size},mode=0755"
        mount = shutil.which("mount")
        done = mount and subprocess.run(
            [mount, "-t", "tmpfs", "-o", options, "trademe-disk", str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if not done or done.returncode != 0:
            self.folder.rmdir()
            raise Missing(f"no small disk: {done.stderr.strip() if done else 'mount is not installed'}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Everything on it is gone."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True, capture_output=True)
        self.folder.rmdir()

    @property
    def available(self) -> int:
        """Bytes."""
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def fill(self, leave: int = 0) -> None:
        """Take what is free, but for about ``leave`` bytes; may be called again."""
        filler = os.open(self.folder / _FILLER, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while (count := self.available - leave) > 0:
                os.write(filler, bytes(min(count, MIB)))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        finally:
            os.close(filler)

    def free(self) -> None:
        """Give back what ``fill`` took."""
        (self.folder / _FILLER).unlink(missing_ok=True)

    def hold_data_of(self, product: Product) -> None:
        """The data folder of a product that has not started yet moves here; its log stays where it is."""
        for path in product.folder.iterdir():
            if path != product.log_file:
                shutil.move(path, self.folder)
        product.setup.environment["TRADEME_DATA_DIR"] = str(self.folder)
