"""The shipped configurations of nginx and Caddy in front of two real servers; skipped where neither is installed."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MakeProduct
from tests.deploy.proxies import PROGRAMS, SITE, ProxyServer, program
from tests.support.product import Product
from tests.support.rig import Rig
from tests.support.waiting import until

MEGABYTE = 1024 * 1024
BEHIND = {
    "ALLOWED_HOSTS": f"{SITE},127.0.0.1",
    "CSRF_TRUSTED_ORIGINS": f"https://{SITE}",
    "FORWARDED_ALLOW_IPS": "127.0.0.1",
    "TRADEME_METRICS_TOKEN": "token-of-the-metrics",
}


@pytest.fixture(params=sorted(PROGRAMS))
def name(request: pytest.FixtureRequest) -> str:
    try:
        program(str(request.param))
    except FileNotFoundError:
        pytest.skip(f"{request.param} is not installed (apt-get install nginx-light caddy)")
    return str(request.param)


@pytest.fixture
def products(make_product: MakeProduct, rig: Rig) -> list[Product]:
    first = make_product(**rig.model_settings, **BEHIND)
    return [first, make_product(first, **rig.model_settings, **BEHIND)]


@pytest.fixture
def proxy(name: str, products: list[Product], tmp_path: Path) -> Iterator[ProxyServer]:
    for product in products:
        product.start()
    server = ProxyServer(name, tmp_path / "proxy", products)
    server.start()
    try:
        yield server
    finally:
        server.terminate()


@pytest.mark.parametrize("configuration", ["uvicorn-postgres"], indirect=True)
def test_a_conversation_goes_through(proxy: ProxyServer, products: list[Product]) -> None:
    first, second = products
    checked = subprocess.run(
        proxy.check_command, capture_output=True, text=True, check=False, env={"HOME": str(proxy.folder)}
    )
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr
    alice, _bob = first.people("alice", "bob")
    first.manage("shell", "-c", PASSWORD)

    with proxy.client() as nobody:
        page = nobody.get("/accounts/login/?next=/word-in-the-address/")
        assert page.status_code == 200
        script = re.search(r'src="(/static/[^"]+)"', page.text)
        assert script is not None
        assert nobody.get(script[1]).status_code == 200
        # what a client claims of its address is overwritten
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "username": "bob"}
        claimed = {"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6"}
        wrong = nobody.post("/accounts/login/", data=form | {"password": "not-his"}, headers=claimed)
        assert wrong.status_code == 200
        assert first.manage("shell", "-v0", "-c", ATTEMPTS).split() == ["127.0.0.1"]
        right = nobody.post("/accounts/login/", data=form | {"password": "bob-password-1"}, headers=claimed)
        assert right.status_code == 302
        assert "Secure" in right.headers["set-cookie"]
        # figures are not for the world, with the token neither
        figures = {"Authorization": "Bearer token-of-the-metrics"}
        assert nobody.get("/metrics", headers=figures).status_code == 404
        assert alice.http.get("/metrics", headers=figures).status_code == 200

    conversation = alice.new_conversation("general")
    with proxy.socket(alice, conversation) as socket:
        socket.established()
        socket.send("ai_chat", content="[[deltas=100000 every=10ms]] streams", parent=None)
        chunk = socket.expect("ai_stream_chunk", seq=5)  # long before the end: nothing collects what is streamed
        socket.send("stop", turn_id=chunk["turn_id"])
        assert socket.expect("ai_stream_end", turn_id=chunk["turn_id"])["status"] == "stopped"

    with proxy.client(alice) as client:
        large = {"file": ("bars.csv", b"date,close\n" + b"x" * (60 * MEGABYTE), "text/csv")}
        assert client.post("/strategies/data/new/", files=large).status_code not in (413, 502, 504)
        larger = {"file": ("bars.csv", b"x" * (70 * MEGABYTE), "text/csv")}
        assert client.post("/strategies/data/new/", files=larger).status_code == 413
        # one of the two goes: whoever asks notices nothing
        first.kill9()
        until(lambda: all(client.get("/readyz").status_code == 200 for _ in range(4)))
        assert client.get(f"/chat/{conversation}/").status_code == 200
        with proxy.socket(alice.at(second), conversation) as socket:
            socket.established()
    said = proxy.log + "".join(path.read_text() for path in proxy.folder.glob("access.log"))
    assert "word-in-the-address" not in said


PASSWORD = """
from trademe.accounts.models import User
user = User.objects.get(username="bob"); user.set_password("bob-password-1"); user.save()
"""
ATTEMPTS = """
from axes.models import AccessAttempt
print(*AccessAttempt.objects.values_list("ip_address", flat=True))
"""
