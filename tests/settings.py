"""Settings of tests that run in this process: the product's own, with nothing of the developer's environment.

``python -m tests.support.services COMMAND`` gives them PostgreSQL and Redis instead of SQLite and no Redis.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_FOLDER = Path(tempfile.mkdtemp(prefix="trademe-test-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)

_OURS = ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "PORT", "DATABASE_URL", "REDIS_URL")
_PREFIXES = ("OPENAI_", "ANTHROPIC_", "TRADEME_")
for _name in list(os.environ):
    _is_setting = _name.removesuffix("_FILE") in _OURS or _name.startswith(_PREFIXES)
    if _is_setting and not _name.startswith("TRADEME_TEST_"):
        del os.environ[_name]
os.environ["TRADEME_DATA_DIR"] = str(_FOLDER)
os.environ["TRADEME_TITLES"] = "off"  # each call of a turn is counted; tests of titles turn them on
if "TRADEME_TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TRADEME_TEST_DATABASE_URL"]
    os.environ["REDIS_URL"] = os.environ["TRADEME_TEST_REDIS_URL"]

from scripts.compile_catalogues import compile_all  # noqa: E402

compile_all()  # the products that tests start speak what the checkout says, not what was compiled some time

from trademe.settings import *  # noqa: E402, F403
from trademe.settings import CONFIG, DATABASES  # noqa: E402

# A file, since threads with connections of their own must see the same database.
DATABASES["default"]["TEST"] = {"NAME": str(_FOLDER / "test.sqlite3") if CONFIG.is_sqlite else "trademe_test"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # real ones are slow on purpose
