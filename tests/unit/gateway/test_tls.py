"""TLS by configuration, with a throw-away certificate."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from infra.settings import Settings, SettingsError
from ingestion.gateway.__main__ import tls_context, tls_files
from ingestion.gateway.protocol import GuardedProtocol
from tests.gateways import free_port


def _make_certificate(folder: Path, name: str = "server") -> tuple[str, str]:
    """Paths of a certificate for 127.0.0.1 that signs itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.crt", folder / f"{name}.key"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(cert_file), str(key_file)


def _settings(tmp_path: Path, cert: str, key: str) -> Settings:
    return Settings.load(
        {"CORRIDOR_HOME": str(tmp_path), "CORRIDOR_GATEWAY_TLS_CERT": cert, "CORRIDOR_GATEWAY_TLS_KEY": key}
    )


def test_files__both_or_neither_and_usable(tmp_path: Path) -> None:
    cert, key = _make_certificate(tmp_path)
    _, other_key = _make_certificate(tmp_path, "other")
    assert tls_files(_settings(tmp_path, "", "")) == (None, None)
    assert tls_files(_settings(tmp_path, cert, key)) == (cert, key)
    with pytest.raises(SettingsError, match="belong together"):
        tls_files(_settings(tmp_path, cert, ""))
    for wrong in (other_key, str(tmp_path / "missing")):
        with pytest.raises(SettingsError, match="cannot be used"):
            tls_files(_settings(tmp_path, cert, wrong))


async def _app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


def test_server__speaks_tls_1_2_and_later_only(tmp_path: Path) -> None:
    cert, key = _make_certificate(tmp_path)
    port = free_port()

    def ask(version: ssl.TLSVersion) -> int:
        context = ssl.create_default_context(cafile=cert)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
        with httpx.Client(verify=context) as client:
            return client.get(f"https://127.0.0.1:{port}/").status_code

    async def serve() -> None:
        server = uvicorn.Server(
            uvicorn.Config(
                _app,
                port=port,
                http=GuardedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                loop="uvloop",
                ssl_certfile=cert,
                ssl_keyfile=key,
                ssl_context_factory=tls_context,
            )
        )
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            assert await asyncio.to_thread(ask, version) == 200
        with pytest.raises(httpx.ConnectError):
            await asyncio.to_thread(ask, ssl.TLSVersion.TLSv1_1)
        server.should_exit = True
        await task

    with asyncio.Runner(loop_factory=uvicorn.Config(_app, loop="uvloop").get_loop_factory()) as runner:
        runner.run(serve())
