"""Codes that people read out and type: seven random characters and one that catches a slip.

The check character is a weighted sum over the field of 32 elements with a different weight per place, so every single
wrong character and every swap of two characters is noticed.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u00a0": None, "\u202f": None})


def new_code() -> str:
    # one draw for all: five bits of a random byte are one of the 32 signs, none likelier than another
    body = "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(LENGTH - 1))
    return body + _check(body)


def is_code(text: str) -> bool:
    """True for a code exactly as it is kept."""
    return len(text) == LENGTH and all(sign in _VALUE for sign in text) and _check(text[:-1]) == text[-1]


def normalise_code(text: str) -> str | None:
    """The code somebody meant by what was typed or read out, or None."""
    code = text.strip().upper().translate(_MISREAD)
    return code if is_code(code) else None


def codes_near(text: str) -> list[str]:
    """Codes that one slip turns into what was typed: one wrong sign, or two neighbours that changed places. None for a code that holds."""
    typed = text.strip().upper().translate(_MISREAD)
    if len(typed) != LENGTH or any(sign not in _VALUE for sign in typed) or is_code(typed):
        return []
    wrong = {typed[:at] + sign + typed[at + 1 :] for at in range(LENGTH) for sign in ALPHABET}
    swapped = {typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in range(LENGTH - 1)}
    return sorted(code for code in wrong | swapped if is_code(code))


def _check(body: str) -> str:
    total = 0
    for sign in body:
        total = _double(total) ^ _VALUE[sign]
    return ALPHABET[_double(total)]


def _double(value: int) -> int:
    """Times x in GF(32), modulo x⁵ + x² + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value
