"""Capsules: what they keep, and everything that does not open them."""

import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from repere.core.sealing import SealBroken, blind_index, key_version, new_key, seal, tier_key, unseal, unwrap, wrap

KEY = bytes(range(32))
AAD = ("cases_sealedrecord", "5a1c9c9e-6d7f-4f0a-9a53-0c9f3cf0a001", "identity")
NAME = {"family_name": "Exemplé", "given_name": "Amina"}

plain_values = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40)
payloads = st.dictionaries(st.text(max_size=10), plain_values | st.lists(plain_values, max_size=3), max_size=8)


@given(payloads)
def test_what_is_sealed_comes_back(payload: dict[str, object]) -> None:
    """Every text that a person may have written."""
    assert unseal(KEY, seal(KEY, payload, aad=AAD), aad=AAD) == payload


def test_two_capsules_of_one_payload_differ() -> None:
    """Equal names are not seen to be equal."""
    assert seal(KEY, NAME, aad=AAD) != seal(KEY, NAME, aad=AAD)


def test_a_known_capsule_opens() -> None:
    """The format is fixed: what was sealed years ago is opened by this very layout."""
    header, nonce = b"\x01\x00\x00\x00\x07", bytes(range(12))
    plain = json.dumps(NAME, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\x80"
    padded = plain + bytes(256 - len(plain))
    bound = header + b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in AAD)
    blob = header + nonce + AESGCM(KEY).encrypt(nonce, padded, bound)
    assert unseal(KEY, blob, aad=AAD) == NAME
    assert key_version(blob) == 7


def test_known_derivations() -> None:
    """A change here would make every sealed record and every search token useless."""
    assert tier_key(KEY, "identity").hex() == "d20c4e113871c37759076ba643210d0c8e5befde1c222299d81fe735ad8d449c"
    assert blind_index(KEY, "family_name", "Exemplé").hex() == "47015b627e8e44486e529990d07109c1"


@pytest.mark.parametrize("at", range(0, 5 + 12 + 256 + 16, 7))
def test_a_flipped_bit_breaks_it(at: int) -> None:
    """Header, nonce, text and tag alike."""
    blob = bytearray(seal(KEY, NAME, aad=AAD))
    blob[at] ^= 1
    with pytest.raises(SealBroken):
        unseal(KEY, bytes(blob), aad=AAD)


@pytest.mark.parametrize("length", [0, 1, 4, 5, 16, 17, 32, 33, 200, 288])
def test_a_cut_capsule_breaks(length: int) -> None:
    """Down to nothing at all."""
    with pytest.raises(SealBroken):
        unseal(KEY, seal(KEY, NAME, aad=AAD)[:length], aad=AAD)


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("cases_fact", AAD[1], AAD[2]),
        (AAD[0], "5a1c9c9e-6d7f-4f0a-9a53-0c9f3cf0a002", AAD[2]),
        (AAD[0], AAD[1], "contact"),
        (AAD[0], AAD[1]),
        (AAD[0] + AAD[1], AAD[2]),
        (),
    ],
)
def test_a_capsule_opens_in_its_own_place_only(elsewhere: tuple[str, ...]) -> None:
    """Moved to another table, person or tier it stays shut."""
    with pytest.raises(SealBroken):
        unseal(KEY, seal(KEY, NAME, aad=AAD), aad=elsewhere)


@pytest.mark.parametrize("key", [bytes(32), tier_key(KEY, "identity"), b"short", b""])
def test_another_key_does_not_open_it(key: bytes) -> None:
    """Whatever the key is, the error is the same."""
    with pytest.raises(SealBroken):
        unseal(key, seal(KEY, NAME, aad=AAD), aad=AAD)


def test_every_refusal_reads_the_same() -> None:
    """The reason would help only somebody who is trying."""
    blob, texts = seal(KEY, NAME, aad=AAD), set()
    for key, damaged, aad in [(bytes(32), blob, AAD), (KEY, blob[:-1], AAD), (KEY, blob, ()), (KEY, b"", AAD)]:
        with pytest.raises(SealBroken) as refused:
            unseal(key, damaged, aad=aad)
        texts.add(str(refused.value))
    assert len(texts) == 1


@given(st.integers(0, 1200))
def test_lengths_tell_only_steps(length: int) -> None:
    """A long story and a short one differ in steps of 256 bytes, no finer."""
    size = len(seal(KEY, {"n": "x" * length}, aad=AAD))
    assert (size - 5 - 12 - 16) % 256 == 0
    assert size - 5 - 12 - 16 - 256 < length + 9 <= size - 5 - 12 - 16


def test_a_wrapped_key_comes_back_and_is_no_capsule() -> None:
    """A key is not opened as a record, nor a record as a key."""
    key = new_key()
    wrapped = wrap(KEY, key, aad=AAD)
    assert unwrap(KEY, wrapped, aad=AAD) == key
    with pytest.raises(SealBroken):
        unseal(KEY, wrapped, aad=AAD)
    with pytest.raises(SealBroken):
        unwrap(KEY, seal(KEY, NAME, aad=AAD), aad=AAD)


def test_a_wrong_length_is_no_key() -> None:
    """A mistake of the caller is said plainly."""
    with pytest.raises(ValueError, match="32 bytes"):
        wrap(KEY, b"short", aad=AAD)


def test_tiers_do_not_open_each_other() -> None:
    """Who holds the key of one tier holds that tier."""
    blob = seal(tier_key(KEY, "identity"), NAME, aad=AAD)
    with pytest.raises(SealBroken):
        unseal(tier_key(KEY, "contact"), blob, aad=AAD)


def test_a_search_token_finds_the_same_name_in_one_organisation_only() -> None:
    """Case, spaces and composed accents do not matter; organisation and field do."""
    token = blind_index(KEY, "family_name", "Exemplé  Durand")
    assert token == blind_index(KEY, "family_name", " EXEMPLE\u0301 durand")
    assert token != blind_index(new_key(), "family_name", "Exemplé Durand")
    assert token != blind_index(KEY, "given_name", "Exemplé Durand")


def test_what_is_no_json_is_refused() -> None:
    """Nothing is guessed about how to write an object."""
    with pytest.raises(TypeError):
        seal(KEY, {"when": object()}, aad=AAD)
    with pytest.raises(ValueError, match="nan|range|JSON"):
        seal(KEY, {"n": float("nan")}, aad=AAD)
