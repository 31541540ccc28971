"""Papers are told by their content, cleaned, closed until scanned, sealed, and stay where they were brought."""

from __future__ import annotations

import fcntl
import io
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image, ImageChops

from repere.cases.actions import papers
from repere.cases.models import Case, Paper
from repere.cases.refusals import NotVisible, Refused
from repere.cases.uploads import child, limits
from repere.cases.uploads.child import cleaned
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
        b"stream\n%s\nendstream\nendobj\n" % (len(table), table)
    )
    return head + stream + xref + b"startxref\n%d\n%%%%EOF" % place


def pieces(count: int, said: int | None = None) -> bytes:
    """A document of that many objects; its table may say another number."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.X = pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary(V=number)) for number in range(count)])
        held = io.BytesIO()
        pdf.save(held, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = held.getvalue()
    return data if said is None else re.sub(rb"/Size \d+", b"/Size %d" % said, data)


def nested() -> bytes:
    """Few objects with a number, very many inside them, on a page."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].obj.Group = pikepdf.Dictionary(CS=pikepdf.Array([pikepdf.Dictionary() for _ in range(limits.OBJECTS)]))
        held = io.BytesIO()
        pdf.save(held)
    return held.getvalue()


def endless() -> bytes:
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(1500)) + packer.flush()


def paged(filters: Any, data: bytes, *, parms: Any = None, more: Callable[[Any, Any], None] | None = None, **keys: Any) -> bytes:
    """One page with one picture, packed as told; `more` changes the document and the picture."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        inside = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=40, Height=30)
        inside.ColorSpace, inside.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        for key, value in keys.items():
            inside[f"/{key}"] = value
        inside.write(data, filter=filters, decode_parms=parms)
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=inside))
        pdf.pages[0].obj.Contents = pdf.make_stream(b"q 100 0 0 100 0 0 cm /I Do Q")
        if more:
            more(pdf, inside)
        held = io.BytesIO()
        pdf.save(held, stream_decode_level=pikepdf.StreamDecodeLevel.none, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return held.getvalue()


FILES: dict[str, tuple[Any, str]] = {
    "a document": (document, "pdf"),
    "a photograph": (photograph, "jpg"),
    "a drawing": (lambda: picture("PNG"), "png"),
    "a program named as a document": (lambda: b"MZ\x90\x00" + b"\x00" * 500, "paper_kind"),
    "a page named as a picture": (lambda: b"<html><script>alert(1)</script></html>", "paper_kind"),
    "a drawing that runs": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "paper_kind"),
    "a text document with macros": (lambda: archive("word/vbaProject.bin"), "paper_kind"),
    "a photograph as telephones keep it": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500), "paper_of_a_telephone"),
    "an archive": (lambda: archive("x"), "paper_kind"),
    "a picture and an archive in one": (lambda: picture() + archive("x"), "jpg"),
    "an archive before a document": (lambda: archive("x") + document(), "paper_kind"),
    "a document behind a password": (lambda: document(encryption=pikepdf.Encryption(owner="a", user="b")), "paper_locked"),
    "a document cut in the middle": (lambda: b"%PDF-1.7\n" + b"\x00" * 3000, "paper_damaged"),
    "a picture cut in the middle": (lambda: photograph()[:200], "paper_damaged"),
    "a picture that fills the memory": (bomb, "paper_too_many_pixels"),
    "a document that fills the memory": (unpacks_without_end, "paper_damaged"),
    "too many pages": (lambda: document(limits.PAGES + 1), "paper_too_many_pages"),
    "a document of very many pieces": (lambda: pieces(limits.OBJECTS + 1), "paper_too_complicated"),
    "very many pieces and a table that lies": (lambda: pieces(limits.OBJECTS + 1, said=100), "paper_too_complicated"),
    "a page that hangs together from very many pieces": (nested, "paper_too_complicated"),
    "a page with a picture that nobody here reads": (lambda: paged(pikepdf.Name.JBIG2Decode, b"\x00" * 40), "paper_damaged"),
    "a page with a picture that does not end": (lambda: paged(pikepdf.Name.DCTDecode, photograph()[:300]), "paper_damaged"),
    "a page whose picture fills the memory": (lambda: paged(pikepdf.Name.FlateDecode, endless()), "paper_damaged"),
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


TRACES = (MARKER.encode(), MARKER.encode("utf-16-be"), b"JavaScript", b"/Launch", b"/URI", b"/EmbeddedFile", b"Exif")


def test_nothing_that_tells_or_runs_stays_in_a_document() -> None:
    found = cleaned(document(object_stream_mode=pikepdf.ObjectStreamMode.disable))
    assert (found.kind, found.pages) == ("pdf", 1)
    assert not _traces(found.data)


def _traces(data: bytes) -> set[bytes]:
    """What is found of them in the file, in its objects, and in its streams as they lie and unpacked."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        whole = data + b"".join(_bytes_of(one) for one in pdf.objects)
    return {trace for trace in TRACES if trace in whole}


def _bytes_of(one: Any) -> bytes:
    told = repr(one).encode()
    if not isinstance(one, pikepdf.Stream):
        return told
    return told + one.read_raw_bytes() + _unpacked(one)


def _unpacked(stream: Any) -> bytes:
    packer = zlib.decompressobj()
    try:
        return packer.decompress(stream.read_raw_bytes()) + packer.unused_data
    except zlib.error:
        return b""


JPEG, FLATE = pikepdf.Name.DCTDecode, pikepdf.Name.FlateDecode


def _jp2() -> bytes:
    """With a box of words behind the picture (ISO/IEC 15444-1, I.7.1)."""
    told = f"<gps>{MARKER}</gps>".encode()
    return picture("JPEG2000") + (8 + len(told)).to_bytes(4, "big") + b"xml " + told


def _bookmark(pdf: Any, _picture: Any) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(MARKER))
    first = pdf.Root.Outlines.First
    first.A = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=f"https://{MARKER}.example/")
    first.A.Next = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")


def _structure(pdf: Any, _picture: Any) -> None:
    told = pikepdf.Dictionary(S=pikepdf.Name.Figure, Alt=MARKER)
    pdf.Root.StructTreeRoot = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=told))


def _layer(pdf: Any, inside: Any) -> None:
    layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=MARKER))
    pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))
    inside.OC = layer
    pdf.pages[0].obj.Resources.Properties = pikepdf.Dictionary(M=layer)
    pdf.pages[0].obj.Contents = pdf.make_stream(b"/OC /M BDC /I Do EMC")


def _page_acts(pdf: Any, inside: Any) -> None:
    act = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=MARKER)
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=act, PA=act)
    pdf.pages[0].obj.PA = inside.PA = pdf.Root.PA = act
    inside.A = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=MARKER)


def _thumbnail(pdf: Any, inside: Any) -> None:
    small = pdf.make_stream(photograph(), Width=40, Height=30, ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=JPEG)
    pdf.pages[0].obj.Thumb = small
    inside.Alternates = pikepdf.Array([pikepdf.Dictionary(Image=small)])


def _beside(pdf: Any, inside: Any) -> None:
    file = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=MARKER)
    pdf.Root.AF = pdf.pages[0].obj.AF = inside.AF = pikepdf.Array([file])
    pdf.pages[0].obj.PieceInfo = pikepdf.Dictionary(Maker=pikepdf.Dictionary(Private=MARKER))
    pdf.pages[0].obj.Resources[f"/{MARKER}"] = pikepdf.Dictionary(V=MARKER)
    inside.NoteOfTheProgram = MARKER


def _words(pdf: Any, _picture: Any) -> None:
    """In place of what is drawn, as a remark, and behind the end of what was packed."""
    told = f"/Span <</ActualText ({MARKER})>> BDC\n% {MARKER}\n/I Do EMC".encode()
    pdf.pages[0].obj.Contents = pdf.make_stream(zlib.compress(told) + MARKER.encode(), Filter=FLATE)


def _inline(pdf: Any, _picture: Any) -> None:
    told = b"q 9 0 0 9 0 0 cm BI /W 40 /H 30 /BPC 8 /CS /RGB /F /DCT ID " + photograph() + b"\nEI Q"
    pdf.pages[0].obj.Contents = pdf.make_stream(told)


def _profile(pdf: Any, inside: Any) -> None:
    inside.ColorSpace = pikepdf.Array([pikepdf.Name.ICCBased, pdf.make_stream(MARKER.encode(), N=3)])


def _program(pdf: Any, _picture: Any) -> None:
    runs = pdf.make_stream(MARKER.encode(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.PS)
    pdf.pages[0].obj.Resources.XObject.P = runs


SURVIVORS: dict[str, Callable[[], bytes]] = {
    "a camera, under one filter": lambda: paged(JPEG, photograph()),
    "a camera, under a list of one": lambda: paged(pikepdf.Array([JPEG]), photograph()),
    "a camera, packed twice": lambda: paged(pikepdf.Array([FLATE, JPEG]), zlib.compress(photograph())),
    "a camera, spelled short": lambda: paged(pikepdf.Name("/DCT"), photograph()),
    "behind the end of a photograph": lambda: paged(JPEG, picture() + MARKER.encode()),
    "behind the end of pixels": lambda: paged(FLATE, zlib.compress(b"\x40" * 3600 + MARKER.encode())),
    "a box of a newer photograph": lambda: paged(pikepdf.Name.JPXDecode, _jp2()),
    "a photograph inside the instructions": lambda: paged(JPEG, picture(), more=_inline),
    "a profile of colours": lambda: paged(JPEG, picture(), more=_profile),
    "a small picture of the page and another for print": lambda: paged(JPEG, picture(), more=_thumbnail),
    "a bookmark that calls out and starts a program": lambda: paged(JPEG, picture(), more=_bookmark),
    "a page that starts a program": lambda: paged(JPEG, picture(), more=_page_acts),
    "a program in place of a picture": lambda: paged(JPEG, picture(), more=_program),
    "words about a figure": lambda: paged(JPEG, picture(), more=_structure),
    "words in place of what is drawn": lambda: paged(JPEG, picture(), more=_words),
    "a layer": lambda: paged(JPEG, picture(), more=_layer),
    "files and notes beside the page": lambda: paged(JPEG, picture(), more=_beside),
}


@pytest.mark.parametrize("name", SURVIVORS)
def test_nothing_that_a_camera_or_a_program_wrote_stays_in_a_document(name: str) -> None:
    """Places where words, positions and actions lay after an earlier cleaning, and places like them."""
    made = SURVIVORS[name]()
    assert _traces(made), "the sample says nothing: it would prove nothing"
    found = cleaned(made)
    assert not _traces(found.data)
    with pikepdf.open(io.BytesIO(found.data)) as pdf:
        drawn = b"".join(_unpacked(one) for one in pdf.objects if isinstance(one, pikepdf.Stream))
        assert b" Do" in drawn
        assert any(one.get("/Subtype") == "/Image" for one in pdf.objects if isinstance(one, pikepdf.Stream))
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}


def _fax(pixels: Any) -> bytes:
    """Group 4, as scanners pack black and white."""
    held = io.BytesIO()
    pixels.save(held, "TIFF", compression="group4")
    with Image.open(held) as told:
        start, count = told.tag_v2[273][0], told.tag_v2[279][0]
    return held.getvalue()[start : start + count]


@pytest.mark.parametrize("black", [True, False])
def test_a_scan_in_black_and_white_is_the_same_dots_after_cleaning(black: bool) -> None:
    dots = Image.linear_gradient("L").resize((40, 30)).point(lambda value: 255 if value > 90 else 0).convert("1")
    parms = pikepdf.Dictionary(K=-1, Columns=40, Rows=30, BlackIs1=black)
    made = paged(
        pikepdf.Name.CCITTFaxDecode, _fax(dots), parms=parms, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=1
    )  # fmt: skip
    # Pillow writes the runs of zeros as those of white, which a document shows as ones unless it says that black is one.
    packed = dots.tobytes() if black else bytes(255 - byte for byte in dots.tobytes())
    with _only_picture(cleaned(made).data) as kept:
        assert kept.read_bytes() == packed


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_photograph_in_a_document_shows_the_same_after_cleaning(mode: str) -> None:
    """Also in the four colours of printers, where two conventions say the opposite of each other."""
    colours = {"L": pikepdf.Name.DeviceGray, "RGB": pikepdf.Name.DeviceRGB, "CMYK": pikepdf.Name.DeviceCMYK}[mode]
    held = io.BytesIO()
    Image.linear_gradient("L").resize((40, 30)).convert("RGB").convert(mode).save(held, "JPEG", quality=95)
    with _only_picture(cleaned(paged(JPEG, held.getvalue(), ColorSpace=colours)).data) as kept:
        assert (kept.ColorSpace, kept.Width, kept.Height) == (colours, 40, 30)
        drawn = kept.read_raw_bytes()
    with Image.open(held) as before, Image.open(io.BytesIO(drawn)) as after:
        assert all(high <= 3 for _low, high in _extremes(ImageChops.difference(before, after)))


def _extremes(found: Any) -> list[Any]:
    return [band.getextrema() for band in found.split()]


@contextmanager
def _only_picture(data: bytes) -> Iterator[Any]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield pdf.pages[0].obj.Resources.XObject.I


def test_what_she_wrote_into_a_form_stays_on_the_page() -> None:
    """The form is not kept, because it may act; its answers are drawn."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        shown = pdf.make_stream(f"BT /F 14 Tf 4 6 Td ({MARKER}) Tj ET".encode(), Subtype=pikepdf.Name.Form, BBox=[0, 0, 150, 24])
        shown.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pikepdf.Dictionary(Type=pikepdf.Name.Font)))
        field = pikepdf.Dictionary(Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="name", V=MARKER, Rect=[20, 20, 170, 44], F=4)
        field.AP, field.AA = pikepdf.Dictionary(N=shown), pikepdf.Dictionary(K=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="x"))
        held_field = pdf.make_indirect(field)
        pdf.pages[0].obj.Annots = pikepdf.Array([held_field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[held_field])
        held = io.BytesIO()
        pdf.save(held)
    found = cleaned(held.getvalue()).data
    assert _traces(found) == {MARKER.encode()}
    with pikepdf.open(io.BytesIO(found)) as pdf:
        assert "/Annots" not in pdf.pages[0].obj


def test_nothing_that_a_camera_wrote_stays_in_a_photograph() -> None:
    assert MARKER.encode() in photograph()
    data = cleaned(photograph()).data
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


# ---- a few at a time


ELSEWHERE = """
import fcntl, sys
held = [open(path, "a") for path in sys.argv[1:]]
for file in held:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def others_clean_in_another_process(count: int) -> Iterator[None]:
    """As many places as told are taken by another process of this machine."""
    paths = [str(child.place_of(number)) for number in range(count)]
    with subprocess.Popen([sys.executable, "-c", ELSEWHERE, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        yield
        other.stdin.close()


@contextmanager
def others_clean_in_this_process(count: int) -> Iterator[None]:
    with ExitStack() as held:
        for number in range(count):
            fcntl.flock(held.enter_context(child.place_of(number).open("a")), fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@pytest.mark.parametrize("others", [others_clean_in_another_process, others_clean_in_this_process])
def test_two_are_cleaned_at_a_time_and_the_next_is_told_so(others: Any, people: Cast) -> None:
    """Twelve slow documents of one member do not take the pages away from everybody."""
    assert limits.AT_ONCE == 2
    with others(1):
        assert cleaned(picture()).kind == "jpg"
    with others(2), pytest.raises(Refused) as refused:
        cleaned(picture())
    assert refused.value.code == "paper_busy"
    assert cleaned(picture()).kind == "jpg"


def test_a_place_is_free_again_after_a_file_that_was_refused(people: Cast) -> None:
    for _ in range(limits.AT_ONCE + 1):
        with pytest.raises(Refused) as refused:
            cleaned(b"nothing")
        assert refused.value.code == "paper_kind"


def test_who_comes_while_others_are_cleaned_loses_nothing_she_wrote(case: Case, people: Cast, signed_in: Any, scanned: str) -> None:
    client, title = signed_in(people.amina), "Courrier de la préfecture"

    def send() -> Any:
        file = SimpleUploadedFile("a.jpg", picture())
        return client.post(f"/cases/{case.code}/papers/", {"file": file, "title": title, "group": "housing"})

    with others_clean_in_another_process(limits.AT_ONCE):
        page = send().content.decode()
    assert "dans une minute" in page
    assert title in page
    assert '<option value="housing" selected' in page
    with people.amina.acts() as actor:
        assert not Paper.objects.visible_to(actor).exists()
        assert not Entry.objects.filter(act="refuse_paper").exists()  # nobody is asked why others were at work
    assert send().status_code == 302
    with people.amina.acts() as actor:
        assert Paper.objects.visible_to(actor).count() == 1
