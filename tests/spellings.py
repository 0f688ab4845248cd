"""Find a text within bytes, however a program may have written it down."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator

import zstandard

from ingestion.tokens import normalise

_HASHES = ("md5", "sha1", "sha256", "sha512")
#: How far into what was packed the search looks, and how often packed things may stand within each other.
_MOST_INFLATED = 32 * 1024 * 1024
_DEEPEST = 3
#: Of what an identifier is made of; what is longer and all digits is hexadecimal.
_LONGEST_NUMBER = 16
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"


class Search:
    """Looks for texts within bytes, in every spelling that a program may have given them."""

    def __init__(self, texts: tuple[str, ...], hashed: tuple[str, ...] = ()) -> None:
        self.exact: dict[bytes, str] = {}
        self.folded: dict[bytes, str] = {}
        for text in texts:
            for spelling, wanted in _exact(text):
                self.exact.setdefault(wanted, f"{spelling} of {text}")
            for spelling, wanted in _folded(text):
                self.folded.setdefault(wanted.lower(), f"{spelling} of {text}")
        for text in hashed:
            for name in _HASHES:
                for said in {text, normalise(text)}:
                    digest = hashlib.new(name, said.encode()).digest()
                    self.exact[digest] = f"{name} of {text}"
                    self.folded[digest.hex().encode()] = f"{name} of {text}"
                    self.exact[base64.urlsafe_b64encode(digest)[:-4]] = f"{name} of {text}"
                    self.exact[base64.b64encode(digest)[:-4]] = f"{name} of {text}"

    def find(self, data: bytes, depth: int = 0) -> list[str]:
        """What was found in `data`, with some of what stands around it; empty if nothing was."""
        lower = data.lower()
        found = [
            f"{said}: …{haystack[max(at - 60, 0) : at + 60]!r}…"
            for haystack, wanted_here in ((data, self.exact), (lower, self.folded))
            for wanted, said in wanted_here.items()
            if (at := _place(haystack, wanted)) >= 0
        ]
        if depth < _DEEPEST:
            for way, inflated in _inflated(data):
                found += [f"{way}: {each}" for each in self.find(inflated, depth + 1)]
        return found

    def find_plain(self, data: bytes) -> list[str]:
        """As `find`, of much data: only the texts as they are, in whatever case."""
        lower = data.lower()
        return [
            f"{said}: …{lower[max(at - 60, 0) : at + 60]!r}…"
            for wanted, said in self.folded.items()
            if said.startswith("plain") and (at := _place(lower, wanted)) >= 0
        ]


def _place(haystack: bytes, wanted: bytes) -> int:
    """Where `wanted` stands; a number only where no other digit touches it, as chance brings short ones about."""
    at = haystack.find(wanted)
    if at < 0 or not wanted.isdigit() or len(wanted) > _LONGEST_NUMBER:
        return at
    # Of a telephone number the prefix may come before.
    match = re.search(rb"(?<![0-9a-f])(?:\+?251|00251|0)?" + wanted + rb"(?![0-9a-f])", haystack)
    return match.start() if match else -1


def _exact(text: str) -> Iterator[tuple[str, bytes]]:
    """Spellings in which upper and lower case differ in meaning."""
    for said in {text, text.lower(), text.upper(), text.title()}:
        for encoding in ("utf-8", "utf-16-le"):
            raw = said.encode(encoding)
            for shift in range(3):
                # The first and last characters depend on the neighbours, which are not known.
                coded = base64.b64encode(b"\0" * shift + raw)
                inner = coded.rstrip(b"=")[(shift * 8 + 5) // 6 : len(raw + b"\0" * shift) * 8 // 6]
                yield f"base64 ({encoding})", inner
                yield f"base64url ({encoding})", inner.replace(b"+", b"-").replace(b"/", b"_")


def _folded(text: str) -> Iterator[tuple[str, bytes]]:
    """Spellings that are looked for in whatever case."""
    raw = text.encode()
    yield "plain", raw
    yield "digits only", re.sub(rb"(?<=\d) (?=\d)", b"", raw)
    for separator in ("+", "%20", "-"):
        yield "separated", text.replace(" ", separator).encode()
    yield "UTF-16 LE", text.encode("utf-16-le")
    yield "UTF-16 BE", text.encode("utf-16-be")
    yield "bytes of Python or C", "".join(f"\\x{byte:02x}" for byte in raw).encode()
    yield "octal", "".join(f"\\{byte:03o}" for byte in raw).encode()
    yield "HTML decimal", "".join(f"&#{ord(c)};" for c in text).encode()
    yield "HTML hexadecimal", "".join(f"&#x{ord(c):x};" for c in text).encode()
    for said in {text, text.lower(), text.upper(), text.title()}:
        yield "JSON escapes", "".join(f"\\u{ord(c):04x}" for c in said).encode()
        yield "JSON escapes in JSON", "".join(f"\\\\u{ord(c):04x}" for c in said).encode()
        yield "percent", "".join(f"%{byte:02x}" for byte in said.encode()).encode()
        yield "hexadecimal", said.encode().hex().encode()
        yield "hexadecimal UTF-16", said.encode("utf-16-le").hex().encode()


def _inflated(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What is packed within `data`, wherever it begins."""
    for at in _all(data, _GZIP):
        yield from _unpacked("gzip", zlib.decompressobj(31), data[at:])
    for at in _all(data, _ZIP):
        name, extra = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (26, 28))
        if data[at + 8 : at + 10] == b"\x08\x00":
            yield from _unpacked("zip", zlib.decompressobj(-15), data[at + 30 + name + extra :])
    if data[:1] == b"\x78":
        yield from _unpacked("zlib", zlib.decompressobj(), data)
    for at in _all(data, _ZSTD):
        try:
            yield "zstd", zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])[:_MOST_INFLATED]
        except zstandard.ZstdError:
            continue


def _unpacked(way: str, packer: zlib._Decompress, data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        yield way, packer.decompress(data, _MOST_INFLATED)
    except zlib.error:
        return


def _all(data: bytes, wanted: bytes) -> Iterator[int]:
    at = data.find(wanted)
    while at >= 0:
        yield at
        at = data.find(wanted, at + 1)


def spellings(text: str) -> dict[str, bytes]:
    """`text` as a careless program could write it down; each must be found."""
    raw, long = text.encode(), f"a line before {text} and one after".encode()
    return {
        "plain": raw,
        "upper case": text.upper().encode(),
        "within": long,
        "base64": base64.b64encode(long),
        "base64, shifted by 1": base64.b64encode(b"x" + long),
        "base64, shifted by 2": base64.urlsafe_b64encode(b"xx" + long),
        "hex": long.hex().encode(),
        "HEX": long.hex().upper().encode(),
        "percent": "".join(f"%{byte:02X}" for byte in raw).encode(),
        "UTF-16": f"x{text}".encode("utf-16"),
        "UTF-16 BE": text.encode("utf-16-be"),
        "JSON": "".join(f"\\u{ord(c):04x}" for c in text).encode(),
        "gzip": b"head" + gzip.compress(long) + b"tail",
        "gzip in gzip": gzip.compress(gzip.compress(long)),
        "zlib": zlib.compress(long),
        "zstd": b"head" + zstandard.ZstdCompressor().compress(long),
        "base64 of UTF-16": base64.b64encode(text.encode("utf-16-le")),
        "sha256": hashlib.sha256(raw).hexdigest().encode(),
        "md5, normalised": hashlib.md5(normalise(text).encode(), usedforsecurity=False).digest(),
        "sha1 in base64": base64.b64encode(hashlib.sha1(raw, usedforsecurity=False).digest()),
    }
