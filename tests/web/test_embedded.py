"""The database server that comes with Repère."""

import stat
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from repere.web import database, embedded, home
from repere.web.home import CannotRun


def connect(role: str, password: str) -> psycopg.Connection:
    return psycopg.connect(host=database.data_path(), dbname="postgres", user=role, password=password)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["postgres", *(f"repere_{role}" for role in database.ROLES)])
def test_nobody_enters_without_the_secret(role: str) -> None:
    """Not even somebody with an account on the same machine."""
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(role, "wrong")


@pytest.mark.django_db
def test_each_role_has_its_own_secret() -> None:
    """Who finds one has one."""
    assert len({home.secret(f"db_{role}") for role in database.ROLES}) == len(database.ROLES)
    with pytest.raises(psycopg.OperationalError):
        connect("repere_owner", home.secret("db_web"))


@pytest.mark.django_db
def test_secrets_are_for_one_reader() -> None:
    """Other users of the machine read none of them."""
    folder = Path(settings.REPERE_HOME) / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.django_db
def test_the_server_listens_on_no_network() -> None:
    """There is a socket file and nothing else."""
    with connect("repere_web", home.secret("db_web")) as web:
        assert web.execute("SHOW listen_addresses").fetchone() == ("",)
        assert web.execute("SHOW log_statement").fetchone() == ("none",)


@pytest.mark.parametrize("path", ["/srv/mes donnees/pg", "/srv/l'asso/pg", "/srv/" + "x" * 100 + "/pg"])
def test_a_path_that_cannot_work_is_refused_with_a_way_out(path: str) -> None:
    """In both languages, before anything is written."""
    with pytest.raises(CannotRun) as refused:
        embedded.check_path(Path(path))
    french, english = str(refused.value).splitlines()
    assert "REPERE_HOME=" in french
    assert "REPERE_HOME=" in english


def test_a_short_path_is_taken() -> None:
    """The limit is the socket's, to the byte."""
    room = embedded.SOCKET_LIMIT - len(f"/{embedded.SOCKET_FILE}")
    embedded.check_path(Path("/" + "x" * (room - 1)))
    with pytest.raises(CannotRun):
        embedded.check_path(Path("/" + "x" * room))


def test_a_secret_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second process reads what the first one wrote."""
    monkeypatch.setenv("REPERE_HOME", str(tmp_path))
    assert home.secret("trial") == home.secret("trial")
    assert stat.S_IMODE((tmp_path / "secrets" / "trial").stat().st_mode) == 0o600


@pytest.mark.parametrize(("first", "is_demo"), [(False, "1"), (True, "0")])
def test_what_a_data_folder_is_stays_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool, is_demo: str
) -> None:
    """The first start decides; no later flag turns real data into a demonstration or the reverse."""
    monkeypatch.setenv("REPERE_HOME", str(tmp_path))
    monkeypatch.delenv("REPERE_DEMO")
    home.settle(wants_empty=first, may_choose=True)
    assert home.os.environ["REPERE_DEMO"] == is_demo
    monkeypatch.setenv("REPERE_DEMO", "1" if is_demo == "0" else "0")
    with pytest.raises(CannotRun):
        home.settle(wants_empty=False, may_choose=True)


@pytest.mark.django_db
def test_unknown_grants_are_refused(owner_connection) -> None:
    """A slip in a declaration stops the migration instead of giving a right."""
    for table, rights in [("ledger_entry", {"everyone": "SELECT"}), ("ledger_entry", {"web": "TRUNCATE"})]:
        with pytest.raises(ValueError, match="ledger_entry"):
            database.apply_grants(owner_connection, {table: rights})
