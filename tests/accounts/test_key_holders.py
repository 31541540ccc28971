"""Whoever holds the root key: a file, the environment, a transit server; and five sheets of paper."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations

import pypdf
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from repere.accounts.keys import paper
from repere.accounts.keys.vault import VaultKey
from repere.accounts.rootkey import HeldKey, KeyFile, RootKey, RootKeyMissing, RotatedElsewhere, Version, put_root_key, root_key
from repere.core.sealing import SealBroken, new_key

AAD = ("organisation_key", "5a1c9c9e-6d7f-4f0a-9a53-0c9f3cf0a001", "1")
ON = date(2026, 6, 15)


class Transit(BaseHTTPRequestHandler):
    """A small server that speaks the transit engine's words: versions, associated data, a token. The client is the real one."""

    keys: list[bytes] = []
    token = "s.right"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    do_PUT = do_POST

    def log_message(self, *_words: object) -> None:
        return

    def _answer(self, verb: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        told = json.loads(self.rfile.read(length) or b"{}") if length else {}
        if self.headers.get("X-Vault-Token") != self.token:
            return self._say(403, {"errors": ["permission denied"]})
        try:
            return self._say(200, {"data": self._do(verb, self.path, told)})
        except (InvalidTag, ValueError, IndexError):
            return self._say(400, {"errors": ["invalid ciphertext"]})

    def _do(self, verb: str, path: str, told: dict[str, str]) -> dict[str, object]:
        bound = base64.b64decode(told.get("associated_data", ""))
        if path == "/v1/transit/keys/repere/rotate":
            self.keys.append(new_key())
        elif path == "/v1/transit/encrypt/repere":
            nonce = new_key()[:12]
            sealed = nonce + AESGCM(self.keys[-1]).encrypt(nonce, base64.b64decode(told["plaintext"]), bound)
            return {"ciphertext": f"vault:v{len(self.keys)}:{base64.b64encode(sealed).decode()}"}
        elif path == "/v1/transit/decrypt/repere":
            _, version, body = told["ciphertext"].split(":")
            blob = base64.b64decode(body)
            plain = AESGCM(self.keys[int(version[1:]) - 1]).decrypt(blob[:12], blob[12:], bound)
            return {"plaintext": base64.b64encode(plain).decode()}
        elif path != "/v1/transit/keys/repere":
            raise ValueError
        return {"latest_version": len(self.keys)}

    def _say(self, code: int, body: dict[str, object]) -> None:
        words = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)


@pytest.fixture
def transit(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[ThreadingHTTPServer]:
    monkeypatch.setattr(Transit, "keys", [new_key()])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Transit)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    (tmp_path / "token").write_text("s.right\n")
    monkeypatch.setenv("REPERE_ROOT_KEPT", "vault")
    monkeypatch.setenv("REPERE_VAULT_ADDRESS", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("REPERE_VAULT_TOKEN_FILE", str(tmp_path / "token"))
    yield server
    server.shutdown()
    server.server_close()


def holder(kind: str, request: pytest.FixtureRequest) -> RootKey:
    if kind == "vault":
        request.getfixturevalue("transit")
        return root_key()
    if kind == "environment":
        return HeldKey([Version(3, new_key())])
    request.getfixturevalue("settings").REPERE_HOME = request.getfixturevalue("tmp_path")
    put_root_key(new_key())
    return root_key()


kinds = pytest.mark.parametrize("kind", ["file", "environment", "vault"])


@kinds
def test_a_wrapped_key_opens_in_its_place_only(kind: str, request: pytest.FixtureRequest) -> None:
    """Whoever holds the root, a wrap moved to another row, cut, changed or invented fails with one and the same error."""
    held, key = holder(kind, request), new_key()
    blob = held.wrap(key, aad=AAD)
    assert held.unwrap(blob, aad=AAD) == key
    assert key not in blob
    assert held.is_present(blob)
    with pytest.raises(SealBroken):
        held.unwrap(blob, aad=(*AAD[:2], "2"))
    for spoilt in (b"", b"x", blob[:-1], blob[:-3] + bytes([blob[-3] ^ 1]) + blob[-2:], b"vault:v9:" + blob[9:]):
        with pytest.raises(SealBroken):
            held.unwrap(spoilt, aad=AAD)
    with pytest.raises(ValueError, match="32 bytes"):
        held.wrap(b"short", aad=AAD)


@pytest.mark.parametrize("kind", ["file", "vault"])
def test_a_rotated_root_opens_old_and_closes_new(kind: str, request: pytest.FixtureRequest) -> None:
    """Nothing is lost at the moment of the change."""
    held, key = holder(kind, request), new_key()
    before = held.wrap(key, aad=AAD)
    held.rotate(on=ON)
    after = root_key().wrap(key, aad=AAD)
    assert root_key().unwrap(before, aad=AAD) == root_key().unwrap(after, aad=AAD) == key
    assert (root_key().is_present(before), root_key().is_present(after)) == (False, True)


def test_a_key_of_the_environment_is_rotated_by_who_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions side by side while the wraps are made anew."""
    old, new = Version(1, new_key()), Version(2, new_key())
    monkeypatch.setenv("REPERE_ROOT_KEY", old.line())
    blob = root_key().wrap(old.key, aad=AAD)
    with pytest.raises(RotatedElsewhere, match="REPERE_ROOT_KEY"):
        root_key().rotate(on=ON)
    monkeypatch.setenv("REPERE_ROOT_KEY", f"{new.line()} {old.line()}")
    assert root_key().unwrap(blob, aad=AAD) == old.key
    assert not root_key().is_present(blob)


def test_no_network_unless_it_is_asked_for(settings, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is the default; a server is reached only where the setting says vault."""
    monkeypatch.setenv("REPERE_VAULT_ADDRESS", "http://127.0.0.1:9")
    settings.REPERE_HOME = tmp_path
    put_root_key(new_key())
    assert isinstance(root_key(), KeyFile)
    monkeypatch.setenv("REPERE_ROOT_KEPT", "cloud")
    with pytest.raises(RootKeyMissing, match="expected file, environment or vault"):
        root_key()


def test_a_silent_or_refusing_server_is_told_in_one_sentence(transit: ThreadingHTTPServer, tmp_path, monkeypatch) -> None:
    """It is not taken for a damaged key, and no second root is made in its place."""
    held = root_key()
    assert isinstance(held, VaultKey)
    blob = held.wrap(new_key(), aad=AAD)
    (tmp_path / "token").write_text("s.wrong")
    with pytest.raises(RootKeyMissing, match="did not answer"):
        root_key().unwrap(blob, aad=AAD)
    monkeypatch.setenv("REPERE_VAULT_ADDRESS", "http://127.0.0.1:9")
    with pytest.raises(RootKeyMissing, match="did not answer"):
        root_key().unwrap(blob, aad=AAD)
    monkeypatch.delenv("REPERE_VAULT_TOKEN_FILE")
    with pytest.raises(RootKeyMissing, match="REPERE_VAULT_TOKEN_FILE"):
        root_key()


@pytest.mark.parametrize("text", ["", "no key!", "1:AAAA", "A" * 43 + "=" + " " + "A" * 43 + "=", "1:" + "A" * 43 + "=@soon"])
def test_a_damaged_root_is_not_guessed_at(text: str, settings, tmp_path) -> None:
    """Empty, cut, of the wrong length, the same version twice, a retirement that is no day."""
    settings.REPERE_HOME = tmp_path
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "root.key").write_text(text)
    with pytest.raises(RootKeyMissing):
        root_key()


# ---- paper


def test_any_three_of_five_sheets_give_the_key_back() -> None:
    """All ten trios; in any order, with any case and spacing."""
    root = new_key()
    kit = paper.split(root)
    assert len(kit.sheets) == 5
    for trio in combinations(kit.sheets, 3):
        assert paper.combine(trio) == root
    first, second, third, *_ = kit.sheets
    assert paper.combine([f"  {third.upper()} ", second.replace(" ", "  "), first]) == root


def test_two_sheets_tell_nothing() -> None:
    """Nor the same sheet twice, nor sheets of two kits, nor a wrong word."""
    kit, other = paper.split(new_key()), paper.split(new_key())
    for pair in combinations(kit.sheets, 2):
        with pytest.raises(paper.SheetsRefused, match="3 different sheets"):
            paper.combine(pair)
        with pytest.raises(paper.SheetsRefused, match="3 different sheets"):
            paper.combine([*pair, pair[0]])
        with pytest.raises(paper.SheetsRefused, match="do not belong together"):
            paper.combine([*pair, other.sheets[0]])
    words = kit.sheets[0].split()
    words[9], words[10] = words[10], words[9]
    with pytest.raises(paper.SheetsRefused, match="do not belong together"):
        paper.combine([" ".join(words), *kit.sheets[1:3]])


def test_the_printed_sheets_hold_their_words_and_name_nothing() -> None:
    """One sheet a page, every word with its number; no word of what the key opens."""
    kit = paper.split(new_key())
    pages = pypdf.PdfReader(io.BytesIO(paper.print_kit(kit, on=ON))).pages
    assert len(pages) == 5
    for page, sheet in zip(pages, kit.sheets, strict=True):
        text = page.extract_text()
        for place, word in enumerate(sheet.split(), start=1):
            assert f"{place}. {word}" in text
        assert kit.fingerprint in text
        around = set(text.lower().split()) - set(sheet.split())  # “victim” is also one of the words of the standard list
        assert not around & {"repère", "repere", "traite", "trafficking", "victim", "victime", "root", "racine"}


def test_the_signing_key_stands_on_sheets_of_its_own_letter() -> None:
    """Ten sheets: A for the root, B for the key that signs; sheets of two letters give nothing back."""
    root, signer = paper.split(new_key()), paper.split(new_key())
    pages = pypdf.PdfReader(io.BytesIO(paper.print_kits({"A": root, "B": signer}, on=ON))).pages
    assert len(pages) == 10
    texts = [page.extract_text() for page in pages]
    assert [("Feuille A" in text, "Feuille B" in text) for text in texts] == [(True, False)] * 5 + [(False, True)] * 5
    assert all(root.fingerprint in text for text in texts[:5])
    assert all(signer.fingerprint in text and root.fingerprint not in text for text in texts[5:])
    with pytest.raises(paper.SheetsRefused, match="do not belong together"):
        paper.combine([*root.sheets[:2], signer.sheets[0]])
