"""A real nginx with the project's configuration, and clients that speak TLS to it."""

from __future__ import annotations

import datetime as dt
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.integration.website import ROOT, Answer
from tests.ports import free_port

CHAT, DESK = "chat.hospital.example", "desk.hospital.example"
_ENVIRONMENT = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin"}


def certificate(folder: Path, name: str, file: str) -> None:
    """A certificate that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{file}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{file}.key").write_bytes(key.private_bytes(*plain))


class Nginx:
    """`deploy/nginx/start`, on free ports. Skips where nginx is not installed, unless in CI: it must be there then.

    Args:
        workers: ports of the assistant.
        desk: port of the desk.
        environment: settings beside the usual.
        spare: ports that are only asked when the others do not answer.
        configuration: the folder of `start` and its template.
    """

    def __init__(
        self,
        workers: Sequence[int],
        desk: int,
        environment: Mapping[str, str] | None = None,
        spare: Sequence[int] = (),
        configuration: Path = ROOT / "deploy/nginx",
    ) -> None:
        if shutil.which("nginx", path=_ENVIRONMENT["PATH"]) is None:
            (pytest.fail if "CI" in os.environ else pytest.skip)("nginx is not installed: apt-get install nginx")
        self.folder = Path(tempfile.mkdtemp(prefix="nginx-"))
        self.folder.chmod(0o755)  # its workers are nobody
        certificate(self.folder, CHAT, "public")
        certificate(self.folder, DESK, "desk")
        self.public, self.plain, self.desk = free_port(), free_port(), free_port()
        self.upstreams = self.folder / "upstreams.conf"
        self.name(workers, desk, spare)
        self.log = self.folder / "log"
        self.environment = {
            **_ENVIRONMENT,
            "PUBLIC_NAME": CHAT,
            "DESK_NAME": DESK,
            "TLS": str(self.folder),
            "RUN": str(self.folder / "run"),
            "UPSTREAMS": str(self.upstreams),
            "DESK_NETWORK": "127.0.0.0/8",
            "PUBLIC_LISTEN": f"127.0.0.1:{self.public}",
            "PLAIN_LISTEN": f"127.0.0.1:{self.plain}",
            "DESK_LISTEN": f"127.0.0.1:{self.desk}",
            "ADDRESS_RATE": "1000",
            **(environment or {}),
        }
        start = str(configuration / "start")
        checked = subprocess.run([start, "--check"], env=self.environment, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, ""), checked.stderr
        with self.log.open("w") as log:
            self.process = subprocess.Popen([start], env=self.environment, stdout=log, stderr=log)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.public)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail(f"nginx did not start: {self.log.read_text()}")

    def name(self, workers: Sequence[int], desk: int, spare: Sequence[int] = ()) -> None:
        """Say who answers; the project's own file with other ports."""
        text = (ROOT / "deploy/nginx/upstreams.conf").read_text()
        own = [line for line in text.splitlines(keepends=True) if "server 127.0.0.1:50" in line]
        assistant = [own[0].replace("5005", str(port)) for port in workers]
        assistant += [own[0].replace("5005", str(port)).replace(";", " backup;") for port in spare]
        lines = text.replace("".join(own[:2]), "".join(assistant)).replace("127.0.0.1:5006", f"127.0.0.1:{desk}")
        self.upstreams.write_text(lines)

    def stop(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Browser:
    """Speaks TLS to nginx as a browser does: by name, and with the certificate checked."""

    def __init__(self, nginx: Nginx, name: str = CHAT, port: int | None = None) -> None:
        self.host = f"{name}:{port or nginx.public}"
        context = ssl.create_default_context(cafile=str(nginx.folder / ("public.crt" if name == CHAT else "desk.crt")))
        self._name, self._context, self._port = name, context, port or nginx.public
        self.version: str | None = None

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.connect()
        secured = self._context.wrap_socket(connection.sock, server_hostname=self._name)
        connection.sock, self.version = secured, secured.version()
        try:
            connection.request(method, path, body, {"Host": self.host, **(headers or {})})
            return Answer(connection.getresponse())
        finally:
            connection.close()
