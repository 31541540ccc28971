"""Run as a process of its own, with the file on standard input: nothing here may be imported by a page.

It answers with one line of JSON, then the cleaned file. Pictures are drawn anew by Pillow (nothing but pixels survives); documents
are written anew by pikepdf without scripts, actions, attachments, forms, metadata and what cameras write into pictures.
Memory, time, files and processes are limited by the system before any parser is loaded.
"""

import io
import json
import resource
import sys
from typing import Any

KINDS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class Refusal(Exception):
    """The file is not taken; the code says why."""


def limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def clean(data: bytes, *, pages: int, megapixels: int) -> tuple[dict[str, Any], bytes]:
    import filetype

    kind = KINDS.get(filetype.guess_mime(data) or "")
    if kind is None:
        raise Refusal("paper_kind")
    if kind == "pdf":
        return document(data, pages)
    return {"kind": kind, "pages": None}, picture(data, kind, megapixels)


def picture(data: bytes, kind: str, megapixels: int) -> bytes:
    from PIL import Image, ImageOps

    form = "JPEG" if kind == "jpg" else "PNG"
    Image.MAX_IMAGE_PIXELS = None  # the size is compared below, before anything is unpacked
    with Image.open(io.BytesIO(data), formats=[form]) as found:
        if found.width * found.height > megapixels * 1_000_000:
            raise Refusal("paper_too_many_pixels")
        found.load()
        turned = ImageOps.exif_transpose(found)
        mode = "RGBA" if kind == "png" and ("A" in turned.mode or "transparency" in turned.info) else "RGB"
        pixels = turned.convert(mode)
    drawn = Image.new(mode, pixels.size)
    drawn.paste(pixels)
    held = io.BytesIO()
    drawn.save(held, form, **({"quality": 90} if kind == "jpg" else {}))
    return held.getvalue()


# Keys of dictionaries that act, hide or tell (ISO 32000-2: 7.7.2, 7.7.4, 12.6, 12.7, 14.3, 14.5).
ROOT_KEYS = (
    "/OpenAction", "/AA", "/AcroForm", "/Names", "/Metadata", "/PieceInfo", "/Collection", "/AF", "/Threads", "/URI", "/Perms", "/Legal",
)  # fmt: skip
ANY_KEYS = ("/Metadata", "/PieceInfo", "/AA", "/LastModified", "/AF", "/JS", "/JavaScript", "/EF", "/XFA")


def document(data: bytes, pages: int) -> tuple[dict[str, Any], bytes]:
    import pikepdf

    if not data.startswith(b"%PDF-"):
        raise Refusal("paper_kind")
    try:
        found = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError:
        raise Refusal("paper_locked") from None
    with found as pdf:
        if pdf.is_encrypted:
            raise Refusal("paper_locked")
        count = len(pdf.pages)
        if count > pages:
            raise Refusal("paper_too_many_pages")
        if count == 0:
            raise Refusal("paper_damaged")
        _strip(pdf)
        held = io.BytesIO()
        pdf.save(held, static_id=True, linearize=False, fix_metadata_version=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return {"kind": "pdf", "pages": count}, held.getvalue()


def _strip(pdf: Any) -> None:
    import pikepdf

    for key in ROOT_KEYS:
        if key in pdf.Root:
            del pdf.Root[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for page in pdf.pages:
        if "/Annots" in page.obj:
            del page.obj["/Annots"]
    for found in pdf.objects:
        if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
            for key in ANY_KEYS:
                if key in found:
                    del found[key]
        if isinstance(found, pikepdf.Stream) and found.get("/Filter") == pikepdf.Name.DCTDecode:
            found.write(without_camera(found.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)


def without_camera(jpeg: bytes) -> bytes:
    """A JPEG without APP1 to APP13, APP15 and comments: where cameras write place, day and serial number (ITU-T T.81, B.1.1.3)."""
    if jpeg[:2] != b"\xff\xd8":
        return jpeg
    kept, place = [b"\xff\xd8"], 2
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF and jpeg[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
        marker = jpeg[place + 1]
        # APP14 says how colours are coded: without it some pictures turn green.
        if not (0xE1 <= marker <= 0xEF and marker != 0xEE) and marker != 0xFE:
            kept.append(jpeg[place:end])
        place = end
    return b"".join(kept) + jpeg[place:]


def main() -> None:
    memory, seconds, pages, megapixels = (int(word) for word in sys.argv[1:5])
    limit(memory, seconds)
    try:
        told, cleaned = clean(sys.stdin.buffer.read(), pages=pages, megapixels=megapixels)
    except Refusal as refused:
        told, cleaned = {"refused": str(refused)}, b""
    except Exception:  # whatever a parser says of a hostile file: it is not taken
        told, cleaned = {"refused": "paper_damaged"}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + cleaned)


if __name__ == "__main__":
    main()
