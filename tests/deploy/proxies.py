"""The proxies of ``deploy/`` as real processes: the shipped files, with other ports, certificate and paths."""

import datetime
import os
import shutil
import socket
import ssl
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.processes import Server, free_port
from tests.support.product import ROOT, Person, Product
from tests.support.socket_client import SocketClient

SITE = "trademe.example.org"
PROGRAMS = {"nginx": "nginx.conf", "caddy": "Caddyfile"}


class ProxyServer(Server):
    """nginx or Caddy in the foreground, in front of the ``products``."""

    def __init__(self, program: str, folder: Path, products: list[Product]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder / "proxy.log")
        self.program, self.folder = program, folder
        self.port, self.plain_port = free_port(), free_port()
        self.certificate, self.key = make_certificate(folder)
        text = (ROOT / "deploy" / PROGRAMS[program]).read_text(encoding="utf-8")
        for number, product in zip(("8001", "8002"), products, strict=True):
            assert f"127.0.0.1:{number}" in text
            text = text.replace(f"127.0.0.1:{number}", product.address)
        self.file = folder / PROGRAMS[program]
        self.file.write_text(self._nginx(text) if program == "nginx" else self._caddy(text), encoding="utf-8")
        self.tls = ssl.create_default_context(cafile=str(self.certificate))

    def _nginx(self, text: str) -> str:
        lines = [line for line in text.splitlines() if "[::]" not in line]
        text = "\n".join(lines).replace("listen 80;", f"listen 127.0.0.1:{self.plain_port};")
        text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;")
        text = text.replace(f"/etc/letsencrypt/live/{SITE}/fullchain.pem", str(self.certificate))
        text = text.replace(f"/etc/letsencrypt/live/{SITE}/privkey.pem", str(self.key))
        # what /etc/nginx/nginx.conf says around it, with an access log so that its being off is seen
        kept = "".join(
            f"{name}_temp_path {self.folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""
        return (
            f"daemon off;\n{user}pid {self.folder / 'pid'};\nerror_log stderr;\nevents {{}}\n"
            f"http {{\n{kept}access_log {self.folder / 'access.log'};\n{text}\n}}\n"
        )

    def _caddy(self, text: str) -> str:
        site = f"https://{SITE}:{self.port} {{\n\tbind 127.0.0.1\n\ttls {self.certificate} {self.key}"
        text = text.replace(f"{SITE} {{", site)
        # its own certificates and the redirect need ports that only root has
        return f"{{\n\tadmin off\n\tauto_https off\n}}\n{text}"

    @property
    def check_command(self) -> list[str]:
        if self.program == "nginx":
            return [program("nginx"), "-t", "-c", str(self.file)]
        return [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(self.file)]

    def start(self) -> None:
        if self.program == "nginx":
            command = [program("nginx"), "-c", str(self.file)]
        else:
            command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(self.file)]
        self.spawn(command, self._listens, environment={"HOME": str(self.folder), "PATH": "/usr/bin"})

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def client(self, person: Person | None = None, **headers: str) -> httpx.Client:
        """As a browser that asks for the site, whatever the port behind its name is."""
        client = httpx.Client(
            base_url=f"https://127.0.0.1:{self.port}",
            verify=self.tls,
            headers={"Host": SITE, "Referer": f"https://{SITE}/", "Accept-Language": "en", **headers},
            timeout=30,
            trust_env=False,
            event_hooks={"request": [_name_the_site]},
        )
        if person is not None:
            client.headers["Cookie"] = f"sessionid={person.session}; csrftoken={'c' * 32}"
            client.headers["X-CSRFToken"] = "c" * 32
        return client

    def socket(self, person: Person, conversation: str) -> SocketClient:
        way: dict[str, Any] = {
            "sock": socket.create_connection(("127.0.0.1", self.port)),
            "ssl": self.tls,
            "server_hostname": SITE,
        }
        return SocketClient(SITE, conversation, person.session, origin=f"https://{SITE}", scheme="wss", **way)


def _name_the_site(request: httpx.Request) -> None:
    request.extensions["sni_hostname"] = SITE


def program(name: str) -> str:
    """Where it is; raises FileNotFoundError."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        raise FileNotFoundError(name)
    return found


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of the site by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SITE)])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SITE)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    written = folder / "certificate.pem", folder / "key.pem"
    written[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    written[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return written
