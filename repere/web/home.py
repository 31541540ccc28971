"""The data folder: the database files, the secrets and nothing else."""

import os
import secrets
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class CannotRun(Exception):
    """What was asked cannot be done here; the message says why and what to do."""


def home() -> Path:
    return Path(os.environ.get("REPERE_HOME") or PROJECT / "var").expanduser().resolve()


def secret(name: str) -> str:
    """The secret of that name; made on first use, readable by this system user only."""
    given = os.environ.get(f"REPERE_{name.upper()}_SECRET")
    if given:
        return given
    path = _secrets_folder() / name
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _secrets_folder() -> Path:
    folder = home() / "secrets"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _write_once(path: Path, text: str) -> None:
    """Two processes may start at once: the first one wins, the second reads what stands there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def is_new() -> bool:
    """True before the first start from this folder."""
    return not (home() / "demonstration").exists()


def settle(*, wants_empty: bool, may_choose: bool) -> None:
    """A data folder is a demonstration or it is not, from its first start on; REPERE_DEMO=1 or 0 may choose then."""
    folder, chosen = home(), os.environ.get("REPERE_DEMO")
    mark = folder / "demonstration"
    if not mark.exists():
        if chosen is None and not may_choose:
            return
        folder.mkdir(parents=True, exist_ok=True)
        is_demo = chosen == "1" or (chosen is None and not wants_empty)
        mark.write_text("yes\n" if is_demo else "no\n")
    is_demo = mark.read_text().strip() == "yes"
    if is_demo and (wants_empty or chosen == "0"):
        raise CannotRun(
            f"{folder} : ce dossier contient la démonstration. Pour une installation vide : "
            "REPERE_HOME=/un/autre/dossier repere run --empty\n"
            f"{folder}: this folder holds the demonstration. For an empty installation: "
            "REPERE_HOME=/another/folder repere run --empty"
        )
    if chosen == "1" and not is_demo:
        raise CannotRun(
            f"{folder} : cette installation n'est pas une démonstration. Retirez REPERE_DEMO.\n"
            f"{folder}: this installation is not a demonstration. Unset REPERE_DEMO."
        )
    os.environ["REPERE_DEMO"] = "1" if is_demo else "0"
