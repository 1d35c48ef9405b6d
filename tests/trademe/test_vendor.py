"""Vendored scripts do what the Content-Security-Policy allows, and say where they come from."""

import base64
import hashlib
import re
from pathlib import Path

from django.conf import settings

VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"


def test_each_library_states_version_source_and_licence() -> None:
    for folder in VENDOR.iterdir():
        assert (folder / "LICENSE").read_text(), folder
        assert re.search(r"npm package\s+`[\w-]+` \d+\.\d+\.\d+", (folder / "README.md").read_text()), folder


def test_the_logo_brings_only_the_style_that_is_allowed() -> None:
    script = (VENDOR / "lightweight-charts" / "lightweight-charts.standalone.production.mjs").read_text()
    styles = re.findall(r'createElement\("style"\),this\.\w+\.innerText="([^"]+)"', script)
    assert script.count('createElement("style")') == len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["style-src"]
