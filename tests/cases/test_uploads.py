"""Papers are told by their content, cleaned, closed until scanned, sealed, and stay where they were brought."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from repere.cases.actions import papers
from repere.cases.models import Case, Paper
from repere.cases.refusals import NotVisible, Refused
from repere.cases.uploads import limits
from repere.cases.uploads.child import cleaned
from repere.cases.uploads.cleaning import without_camera
from repere.ledger.models import Entry
from tests.cases.scanner import EICAR, scanner
from tests.cases.story import concern, grant
from tests.people import Cast, each_their_own

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
MARKER = "Zorahmarqueur"


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **extra: Any) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, (120, 80, 40)).save(held, form, **extra)
    return held.getvalue()


def photograph() -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = MARKER, MARKER
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)
    return picture(exif=exif.tobytes(), comment=MARKER.encode())


def document(pages: int = 1, **save: Any) -> bytes:
    """With a script, an attachment, metadata, a form, a link that runs, and a photograph that tells where it was taken."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{MARKER}')")
        pdf.attachments[f"{MARKER}.exe"] = MARKER.encode()
        pdf.docinfo["/Author"] = MARKER
        with pdf.open_metadata() as told:
            told["dc:title"] = MARKER
        inside = pdf.make_stream(photograph(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=40, Height=30)
        inside.Filter, inside.ColorSpace, inside.BitsPerComponent = pikepdf.Name.DCTDecode, pikepdf.Name.DeviceRGB, 8
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=inside))
        link = pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=MARKER), Rect=[0, 0, 9, 9])
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(link)])
        held = io.BytesIO()
        pdf.save(held, **save)
    return held.getvalue()


def archive(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("[Content_Types].xml", "<Types/>")
        folder.writestr(name, "macro")
    return held.getvalue()


def bomb() -> bytes:
    """A picture of a few kilobytes that unpacks to 225 million pixels."""
    held = io.BytesIO()
    Image.new("1", (15_000, 15_000)).save(held, "PNG")
    return held.getvalue()


def unpacks_without_end() -> bytes:
    """An object stream that says 1.5 GB: the child's memory ends before ours does."""
    packer, body = zlib.compressobj(9), b""
    for _ in range(1500):
        body += packer.compress(b" " * 1_000_000)
    body += packer.flush()
    head = b"%PDF-1.5\n"
    stream = b"1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        len(body),
        body,
    )
    table = zlib.compress(b"\x00\x00\x00\x00" + b"\x01" + len(head).to_bytes(2, "big") + b"\x00" + b"\x02\x00\x01\x00")
    place = len(head) + len(stream)
    xref = (
        b"3 0 obj\n<< /Type /XRef /Size 4 /W [1 2 1] /Index [0 3] /Root 2 0 R /Filter /FlateDecode /Length %d >>\n"
        b"stream\n%s\nendstream\nendobj\n"
        % (len(table), table)
    )
    return head + stream + xref + b"startxref\n%d\n%%%%EOF" % place


FILES: dict[str, tuple[Any, str]] = {
    "a document": (document, "pdf"),
    "a photograph": (photograph, "jpg"),
    "a drawing": (lambda: picture("PNG"), "png"),
    "a program named as a document": (lambda: b"MZ\x90\x00" + b"\x00" * 500, "paper_kind"),
    "a page named as a picture": (lambda: b"<html><script>alert(1)</script></html>", "paper_kind"),
    "a drawing that runs": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "paper_kind"),
    "a text document with macros": (lambda: archive("word/vbaProject.bin"), "paper_kind"),
    "an archive": (lambda: archive("x"), "paper_kind"),
    "a picture and an archive in one": (lambda: picture() + archive("x"), "jpg"),
    "an archive before a document": (lambda: archive("x") + document(), "paper_kind"),
    "a document behind a password": (lambda: document(encryption=pikepdf.Encryption(owner="a", user="b")), "paper_locked"),
    "a document cut in the middle": (lambda: b"%PDF-1.7\n" + b"\x00" * 3000, "paper_damaged"),
    "a picture cut in the middle": (lambda: photograph()[:200], "paper_damaged"),
    "a picture that fills the memory": (bomb, "paper_too_many_pixels"),
    "a document that fills the memory": (unpacks_without_end, "paper_damaged"),
    "too many pages": (lambda: document(limits.PAGES + 1), "paper_too_many_pages"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_taken_is_told_by_content_and_the_rest_is_refused(name: str) -> None:
    make, expected = FILES[name]
    if not expected.startswith("paper_"):
        assert cleaned(make()).kind == expected
        return
    with pytest.raises(Refused) as refused:
        cleaned(make())
    assert refused.value.code == expected


def test_nothing_that_tells_or_runs_stays_in_a_document() -> None:
    found = cleaned(document(object_stream_mode=pikepdf.ObjectStreamMode.disable))
    assert (found.kind, found.pages) == ("pdf", 1)
    with pikepdf.open(io.BytesIO(found.data)) as pdf:
        whole = b"".join(_bytes_of(one) for one in pdf.objects) + found.data
    for trace in (MARKER.encode(), MARKER.encode("utf-16-be"), b"JavaScript", b"/Launch", b"/EmbeddedFile", b"Exif"):
        assert trace not in whole, trace


def _bytes_of(one: Any) -> bytes:
    told = repr(one).encode()
    return told + (one.read_raw_bytes() if isinstance(one, pikepdf.Stream) else b"")


def test_nothing_that_a_camera_wrote_stays_in_a_photograph() -> None:
    assert MARKER.encode() in photograph()
    for data in (cleaned(photograph()).data, without_camera(photograph())):
        assert MARKER.encode() not in data
        assert b"Exif" not in data
        with Image.open(io.BytesIO(data)) as found:
            assert found.size == (40, 30)
    assert b"vbaProject" not in cleaned(picture() + archive("vbaProject")).data


def test_the_child_holds_no_secret_of_ours(monkeypatch: Any) -> None:
    """Neither environment nor working folder reach the process that reads hostile files."""
    seen: dict[str, Any] = {}

    def run(command: list[str], **told: Any) -> Any:
        seen.update(told, command=command)
        raise Refused("paper_damaged")

    monkeypatch.setattr("repere.cases.uploads.child.subprocess.run", run)
    with pytest.raises(Refused):
        cleaned(b"x")
    assert (seen["env"], seen["cwd"]) == ({}, "/")
    assert "-I" in seen["command"]


# ---- kept


@pytest.fixture
def scanned(tmp_path: Path, settings: Any) -> Any:
    with scanner(tmp_path) as door:
        settings.REPERE_SCANNER = door
        yield door


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def attach(case: Case, member: Any, data: bytes = b"", group: str = "housing") -> Paper:
    return papers.attach_paper(case, data=data or document(), title=MARKER, group=group, acting=member.actor, now=NOW)


def test_a_paper_is_sealed_under_a_key_of_its_own_and_opens_again(case: Case, people: Cast, scanned: str) -> None:
    paper = attach(case, people.amina)
    assert (paper.state, paper.kind, paper.tier) == ("clean", "pdf", f"file:{paper.pk}")
    with connection.cursor() as cursor, people.amina.acts():
        cursor.execute("SELECT p::text FROM cases_paper p")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT blob, title FROM cases_paper")
        raw = b"".join(bytes(part) for part in cursor.fetchone())
    assert MARKER not in stored
    assert MARKER.encode() not in raw
    assert b"%PDF" not in raw
    _paper, data = papers.open_paper(paper, acting=people.amina.actor, now=NOW)
    assert data.startswith(b"%PDF-")


def test_without_a_scanner_a_paper_stays_closed_until_one_answers(case: Case, people: Cast, tmp_path: Path, settings: Any) -> None:
    settings.REPERE_SCANNER = str(tmp_path / "nobody")
    paper = attach(case, people.amina)
    assert paper.state == "quarantine"
    with pytest.raises(Refused) as refused:
        papers.open_paper(paper, acting=people.amina.actor, now=NOW)
    assert refused.value.code == "paper_waits"
    with scanner(tmp_path) as settings.REPERE_SCANNER:
        assert papers.open_paper(paper, acting=people.amina.actor, now=NOW)[0].state == "clean"


def test_a_harmful_file_is_not_kept_and_is_written_down(case: Case, people: Cast, signed_in: Any, scanned: str) -> None:
    client = signed_in(people.amina)
    sent = {"file": SimpleUploadedFile("a.pdf", document() + EICAR), "title": "x", "group": "housing"}
    answer = client.post(f"/cases/{case.code}/papers/", sent)
    assert answer.status_code == 200
    with people.amina.acts() as actor:
        assert not Paper.objects.visible_to(actor).exists()
        assert b"paper_infected" in bytes(Entry.objects.get(act="refuse_paper").body)


def test_papers_are_read_by_whoever_may_read_their_data_group(case: Case, people: Cast, scanned: str) -> None:
    paper, open_ = attach(case, people.amina, group="residence"), attach(case, people.amina)
    grant(case, people.amina.actor, people.boussole, ["residence", "housing"])
    each_their_own(people.atalante)
    papers.open_paper(open_, acting=people.odile.actor, now=NOW)  # the team sees housing
    for member in (people.odile, people.bruno, people.ines, people.chloe):
        with pytest.raises(NotVisible):
            papers.open_paper(paper, acting=member.actor, now=NOW)
    with pytest.raises(NotVisible):
        papers.open_paper(open_, acting=people.bruno.actor, now=NOW)


def test_size_and_quota_are_kept(case: Case, people: Cast, scanned: str, monkeypatch: Any) -> None:
    for data, code in ((b"", "paper_empty"), (b"%PDF-" + b"x" * limits.FILE_MEGABYTES * limits.MEGABYTE, "paper_too_big")):
        with pytest.raises(Refused) as refused:
            papers.attach_paper(case, data=data, title="x", group="housing", acting=people.amina.actor, now=NOW)
        assert refused.value.code == code
    attach(case, people.amina)
    monkeypatch.setattr(limits, "DAY_MEGABYTES", 0.004)
    with pytest.raises(Refused) as refused:
        attach(case, people.amina, picture("PNG", (2000, 2000)))
    assert refused.value.code == "paper_quota"


def test_a_file_beyond_every_limit_touches_no_disk_and_is_told(case: Case, people: Cast, signed_in: Any) -> None:
    big = SimpleUploadedFile("a.pdf", b"%PDF-" + b"x" * 13 * limits.MEGABYTE)
    answer = signed_in(people.amina).post(f"/cases/{case.code}/papers/", {"file": big, "title": "x", "group": "housing"})
    assert "10" in answer.content.decode()
    with people.amina.acts() as actor:
        assert not Paper.objects.visible_to(actor).exists()


def test_a_download_says_nothing_and_runs_nothing(case: Case, people: Cast, signed_in: Any, scanned: str) -> None:
    paper, client = attach(case, people.amina), signed_in(people.amina)
    answer = client.post(f"/cases/{case.code}/papers/{paper.pk}/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    other = concern(people.amina.actor)
    assert client.post(f"/cases/{other.code}/papers/{paper.pk}/").status_code == 404
    page = client.get(f"/cases/{case.code}/papers/").content.decode()
    assert MARKER in page
    client.post(f"/cases/{case.code}/papers/{paper.pk}/remove/")
    assert MARKER not in client.get(f"/cases/{case.code}/papers/").content.decode()
