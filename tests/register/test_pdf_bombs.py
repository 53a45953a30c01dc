"""A PDF of few bytes that unpacks to very many is refused before they are there."""

from __future__ import annotations

import zlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfminer.lzw import lzwdecode
from pdfminer.runlength import rldecode

from crawler.errors import RegisterError
from pipelines.register import unpacking
from pipelines.register.formats import pdf
from pipelines.register.importing import read_register
from pipelines.register.unpacking import (
    UnpacksToTooMuchError,
    bounded_unpacking,
    inflated,
    inflated_as_far_as_possible,
    lzw_unpacked,
    runs_unpacked,
)

BOUND = 2 * 1024 * 1024
MUCH = 8 * BOUND
SPACES = b" " * MUCH
PACKED = zlib.compress(SPACES)


def _pdf(content: bytes, filters: str) -> bytes:
    """A document of one page with that content stream."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        f"<< /Length {len(content)} /Filter [{filters}] >>\nstream\n".encode() + content + b"\nendstream",
    ]
    made, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + end.encode()


def _lzw(most: int) -> bytes:
    """Codes of which each stands for one space more than the one before."""
    bits, made = [], 0
    while made < most:
        size, width = 258, 9
        bits += [f"{256:09b}", f"{32:09b}"]
        for code in range(258, 4095):
            bits.append(f"{code:0{width}b}")
            size += 1
            width = {511: 10, 1023: 11, 2047: 12}.get(size, width)
            made += code - 256
        # The clearing code stands in the width of the table that it ends.
        bits.append(f"{256:0{width}b}")
    joined = "".join(bits)
    joined += "0" * (-len(joined) % 8)
    return int(joined, 2).to_bytes(len(joined) // 8)


BOMBS = {
    "flate": (PACKED, "/FlateDecode"),
    "flate in flate": (zlib.compress(PACKED), "/FlateDecode /FlateDecode"),
    "damaged flate": (PACKED[:-4] + b"xxxx", "/FlateDecode"),
    "runs": (b"\x81 " * (MUCH // 128), "/RunLengthDecode"),
    "runs in flate": (zlib.compress(b"\x81 " * (MUCH // 128)), "/FlateDecode /RunLengthDecode"),
    "lzw": (_lzw(MUCH), "/LZWDecode"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_is_there(bomb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_UNPACKED", BOUND)
    unpacked, count = [0], unpacking._counted

    def counted(piece: bytes) -> bytes:
        unpacked[0] += len(piece)
        return count(piece)

    monkeypatch.setattr(unpacking, "_counted", counted)
    path = tmp_path / "spisak.pdf"
    path.write_bytes(_pdf(*BOMBS[bomb]))
    with pytest.raises(RegisterError, match=r"spisak\.pdf would unpack to more"):
        read_register(path, as_of=date(2026, 11, 20))
    assert BOUND < unpacked[0] < MUCH / 2


@given(st.binary())
def test_what_is_whole_is_unpacked_as_ever(data: bytes) -> None:
    assert inflated(zlib.compress(data)) == inflated_as_far_as_possible(zlib.compress(data)) == data
    with pytest.raises(zlib.error):
        inflated(zlib.compress(data)[:-1])


@given(
    st.lists(st.binary(min_size=1, max_size=128) | st.tuples(st.integers(129, 255), st.binary(min_size=1, max_size=1)))
)
def test_runs_are_unpacked_as_ever(runs: list[bytes | tuple[int, bytes]]) -> None:
    packed = b"".join(
        bytes([len(one) - 1]) + one if isinstance(one, bytes) else bytes([one[0]]) + one[1] for one in runs
    )
    assert runs_unpacked(packed) == rldecode(packed)
    assert runs_unpacked(packed + b"\x80rest") == rldecode(packed + b"\x80rest")


def test_codes_are_unpacked_as_ever() -> None:
    packed = _lzw(1_000_000)
    assert lzw_unpacked(packed) == lzwdecode(packed)
    assert lzw_unpacked(packed).strip(b" ") == b""


def test_of_damaged_data_what_came_before_is_kept() -> None:
    packed = zlib.compress(bytes(range(256)) * 4000)
    damaged = packed[: len(packed) // 2] + b"\xff" * 40
    assert (bytes(range(256)) * 4000).startswith(inflated_as_far_as_possible(damaged)[:1000])


def test_all_streams_together_are_bounded() -> None:
    packed = zlib.compress(b" " * 1000)
    with pytest.raises(UnpacksToTooMuchError), bounded_unpacking(2500):
        for _ in range(3):
            inflated(packed)
    assert len(inflated(PACKED)) == MUCH
