"""``python -m tests.strategies.talks`` plays every labelled conversation; ``--write`` writes docs/transcript-*.md."""

import os
import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        os.environ["TRADEME_TEST_WRITE"] = "1"
    sys.exit(pytest.main(["-q", str(Path(__file__).parent)]))
