"""The hash tree over the ledger."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from repere.ledger.canonical import canonical
from repere.ledger.merkle import leaf_hash, merkle_root, node_hash


def rfc_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word for word: split at the largest power of two below the count."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(rfc_root(leaves[:half]), rfc_root(leaves[half:]))


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_that_of_the_rfc(bodies: list[bytes]) -> None:
    """Anybody can check a head with another program."""
    leaves = [leaf_hash(body) for body in bodies]
    assert merkle_root(leaves) == rfc_root(leaves)


def test_known_roots() -> None:
    """Published test vectors of certificate transparency logs."""
    bodies = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"]
    leaves = [leaf_hash(body) for body in bodies]
    assert merkle_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle_root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle_root(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert merkle_root(leaves[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=20, unique=True), st.data())
def test_a_changed_row_changes_the_root(bodies: list[bytes], data: st.DataObject) -> None:
    """No row can be altered under a signed head."""
    at = data.draw(st.integers(0, len(bodies) - 1))
    changed = [*bodies[:at], bodies[at] + b"!", *bodies[at + 1 :]]
    assert merkle_root([leaf_hash(b) for b in bodies]) != merkle_root([leaf_hash(b) for b in changed])


def test_the_same_content_gives_the_same_bytes() -> None:
    """Whatever the order in which it was put together."""
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
