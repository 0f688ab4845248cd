"""Where a webhook may go: https anywhere that is public, or this machine itself. Nowhere inside somebody's network."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class AddressRefused(ValueError):
    """A webhook may not go to this address; the message says why and what to do."""


@dataclass(frozen=True)
class Target:
    """A checked address. `ip` is what is connected to, so that no second look-up can lead elsewhere."""

    host: str
    port: int
    path: str
    is_tls: bool
    ip: str = ""


def check_url(url: str) -> Target:
    """What the address itself says, without looking up its host. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"{url!r} is no address: write https://host/path.") from error
    if not parts.hostname or parts.username is not None or any(ord(each) <= 32 for each in url):
        raise AddressRefused(f"{url!r} is no address that can be used: write https://host/path, without a password.")
    is_tls = parts.scheme == "https"
    if not is_tls and not (parts.scheme == "http" and parts.hostname in _LOOPBACK_NAMES):
        raise AddressRefused(f"{url!r} is neither https nor on this machine: webhooks are sent encrypted only.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, port or (443 if is_tls else 80), path, is_tls)


def find(url: str, *, private_allowed: bool = False) -> Target:
    """The address with the IP to connect to. Raises AddressRefused, and OSError if the host is unknown.

    Every IP that the name has must be public, unless the name is this machine's own or `private_allowed`
    (CORRIDOR_SIGNALS_PRIVATE_ADDRESSES=1).
    """
    target = check_url(url)
    found = [info[4][0] for info in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)]
    inside = [ip for ip in found if not _is_public(str(ip))]
    if inside and not private_allowed and target.host not in _LOOPBACK_NAMES:
        raise AddressRefused(
            f"{target.host} leads to {inside[0]}, which is not public: set CORRIDOR_SIGNALS_PRIVATE_ADDRESSES=1 if "
            "subscribers inside your own network are meant."
        )
    return Target(target.host, target.port, target.path, target.is_tls, str(found[0]))


def _is_public(ip: str) -> bool:
    address = ipaddress.ip_address(ip.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return (mapped or address).is_global and not address.is_multicast
