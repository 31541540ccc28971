"""Vectors for what is sealed: known answers, and everything that must not open, always with one error."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from repere.core.boxes import close_box, new_pair, open_box
from repere.core.sealing import SealBroken, key_version, new_key, seal, tier_key, unseal, unwrap, wrap

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
AAD = ("cases_fact", "5a1c9c9e-6d7f-4f0a-9a53-0c9f3cf0a001", "narrative", "2")
parts = st.lists(st.text(max_size=12), max_size=4).map(tuple)
payloads = st.dictionaries(st.text(max_size=8), st.text(max_size=300), max_size=3)


def opens(key: bytes, blob: bytes, aad: tuple[str, ...]) -> bool:
    """False for the one error of all; any other error fails the test."""
    try:
        unseal(key, blob, aad=aad)
    except SealBroken:
        return False
    return True


# ---- boxes


def test_a_known_box_opens() -> None:
    """RFC 9180 base mode, suite 0x0020 0x0001 0x0002: a box closed years ago by any other program that follows it opens here."""
    private = bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
    box = bytes.fromhex(KNOWN_BOX)
    assert open_box(private, box, aad=("export", "7")) == "Liste gelée".encode()


KNOWN_BOX = "0307a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c012584f256d21217c7512965fec6dd779b4c546aaa709cef662c3460"
"""Made by a second program written from the RFC, with the ephemeral key 01 02 … 20."""


@given(st.binary(max_size=2000), parts)
def test_a_box_gives_back_what_was_put_in(payload: bytes, aad: tuple[str, ...]) -> None:
    """Any bytes, any place."""
    private, public = new_pair()
    assert open_box(private, close_box(public, payload, aad=aad), aad=aad) == payload


@given(st.data())
def test_a_spoilt_box_breaks(data: st.DataObject) -> None:
    """Cut anywhere, one bit changed anywhere, anything added, another reader, another place."""
    private, public = new_pair()
    box = close_box(public, b"a list of names", aad=("export", "7"))
    at = data.draw(st.integers(0, len(box) - 1))
    flipped = bytearray(box)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    for spoilt in (box[:at], bytes(flipped), box + b"\x00"):
        with pytest.raises(SealBroken):
            open_box(private, spoilt, aad=("export", "7"))
    other, here = new_pair()[0], ("export", "7")
    for reader, place in ((other, here), (private, ("export", "8")), (private, ("exp", "ort7")), (b"short", here)):
        with pytest.raises(SealBroken):
            open_box(reader, box, aad=place)


def test_two_boxes_of_one_payload_differ() -> None:
    """Equal lists are not seen to be equal."""
    _, public = new_pair()
    assert close_box(public, b"same", aad=()) != close_box(public, b"same", aad=())


def test_a_pair_is_a_pair() -> None:
    """The public half belongs to the private one; halves of a wrong length are refused plainly."""
    private, public = new_pair()
    assert X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw() == public
    with pytest.raises(ValueError, match="32 bytes"):
        close_box(public[:-1], b"", aad=())


# ---- capsules


@given(payloads, parts, st.integers(1, 2**32 - 1), st.data())
def test_whatever_is_wrong_with_a_capsule_is_one_error(payload, aad, version, data) -> None:
    """Key, place, version, length, any bit: it does not open, and does not say why."""
    blob = seal(KEY, payload, aad=aad, version=version)
    assert opens(KEY, blob, aad)
    assert key_version(blob) == version
    at = data.draw(st.integers(0, len(blob) - 1))
    flipped = bytearray(blob)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    other_version = blob[:1] + ((version % (2**32 - 1)) + 1).to_bytes(4, "big") + blob[5:]
    for spoilt in (bytes(flipped), blob[:at], blob + b"\x00", other_version, b"\x02" + blob[1:]):
        assert spoilt == blob or not opens(KEY, spoilt, aad)
    assert not opens(OTHER, blob, aad)
    assert not opens(KEY[:-1], blob, aad)
    assert not opens(tier_key(KEY, "identity"), blob, aad)
    assert not opens(KEY, blob, (*aad, ""))
    assert not aad or not opens(KEY, blob, aad[:-1])


@pytest.mark.parametrize(("left", "right"), [(("ab", "c"), ("a", "bc")), (("a",), ("a", "")), ((), ("",)), (("a\x00b",), ("a", "b"))])
def test_two_places_never_read_alike(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    """The parts of a binding cannot slide into each other."""
    assert not opens(KEY, seal(KEY, {}, aad=left), right)


@pytest.mark.parametrize("plain", [b"", b"\x00" * 256, b"x" * 256, b"[1]\x80".ljust(256, b"\x00"), b"{\x80\x00\x00", b"\xff\x80"])
def test_a_capsule_of_the_right_key_with_nonsense_inside_is_the_same_error(plain: bytes) -> None:
    """Padding that is none, text that is no JSON object: nobody learns more from it."""
    header, nonce = b"\x01\x00\x00\x00\x01", bytes(12)
    bound = header + b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in AAD)
    assert not opens(KEY, header + nonce + AESGCM(KEY).encrypt(nonce, plain, bound), AAD)


@pytest.mark.parametrize("length", [0, 1, 240, 246, 247, 248, 502, 503, 5000])
def test_sizes_stand_in_steps(length: int) -> None:
    """Between two steps of 256 bytes the size of a capsule does not move: one byte more or less of a story is not seen."""
    sizes = {len(seal(KEY, {"n": "x" * n}, aad=AAD)) for n in range(length, length + 3)}
    assert {(size - 33) % 256 for size in sizes} == {0}


@given(st.binary(max_size=120))
def test_noise_never_opens(noise: bytes) -> None:
    """Whatever arrives in the place of a capsule, a wrap or a box."""
    assert not opens(KEY, noise, AAD)
    with pytest.raises(SealBroken):
        unwrap(KEY, noise, aad=AAD)
    with pytest.raises(SealBroken):
        open_box(KEY, noise, aad=AAD)


def test_a_known_wrap_opens() -> None:
    """The layout of a wrapped key is fixed: every key of the house hangs on it."""
    header, nonce = b"\x02\x00\x00\x00\x05", bytes(range(12))
    bound = header + b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in AAD)
    blob = header + nonce + AESGCM(KEY).encrypt(nonce, OTHER, bound)
    assert unwrap(KEY, blob, aad=AAD) == OTHER
    assert key_version(wrap(KEY, new_key(), aad=AAD, version=5)) == 5
