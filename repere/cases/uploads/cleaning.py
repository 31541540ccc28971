"""Run as a process of its own, with the file on standard input: nothing here may be imported by a page.

It answers with one line of JSON, then the cleaned file. Pictures are drawn anew by Pillow (nothing but pixels survives). Of a document
only its pages are kept, and of a page only what draws: each dictionary keeps the keys of a list, each stream is unpacked and written
anew, each picture is drawn anew. What is not on the list is gone, so that nothing has to be known to be taken out.
Memory, time, files and processes are limited by the system before any parser is loaded.
"""

import io
import json
import os
import resource
import sys
import zlib
from dataclasses import dataclass, field
from typing import Any

KINDS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
OF_TELEPHONES = ("image/heic", "image/heif", "image/avif")


class Refusal(Exception):
    """The file is not taken; the code says why."""


def limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    os.nice(10)  # pages go before it


@dataclass(frozen=True)
class Most:
    """How much one file may hold: pages and objects of a document, millions of pixels of a picture."""

    pages: int
    megapixels: int
    objects: int


def clean(data: bytes, most: Most) -> tuple[dict[str, Any], bytes]:
    import filetype

    guessed = filetype.guess_mime(data) or ""
    kind = KINDS.get(guessed)
    if kind is None:
        raise Refusal("paper_of_a_telephone" if guessed in OF_TELEPHONES else "paper_kind")
    if kind == "pdf":
        return document(data, most)
    return {"kind": kind, "pages": None}, picture(data, kind, most.megapixels)


def picture(data: bytes, kind: str, megapixels: int) -> bytes:
    from PIL import Image, ImageOps

    form = "JPEG" if kind == "jpg" else "PNG"
    Image.MAX_IMAGE_PIXELS = None  # the size is compared below, before anything is unpacked
    with Image.open(io.BytesIO(data), formats=[form]) as found:
        _check_pixels(found, megapixels)
        found.load()
        turned = ImageOps.exif_transpose(found)
        mode = "RGBA" if kind == "png" and ("A" in turned.mode or "transparency" in turned.info) else "RGB"
        pixels = turned.convert(mode)
    drawn = Image.new(mode, pixels.size)
    drawn.paste(pixels)
    held = io.BytesIO()
    drawn.save(held, form, **({"quality": 90} if kind == "jpg" else {}))
    return held.getvalue()


def _check_pixels(found: Any, megapixels: int) -> None:
    if found.width * found.height > megapixels * 1_000_000:
        raise Refusal("paper_too_many_pixels")


# What draws (ISO 32000-2): pages 7.7.3, resources 7.8.3, functions 7.10, graphics states 8.4.5, colours 8.6, patterns and shadings 8.7,
# pictures 8.9.5, forms 8.10, fonts 9, transparency 11.6. No key here acts, names a file, or holds words about the document.
PAGE_KEYS = ("/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group")
RESOURCE_KEYS = frozenset(("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font"))
DRAWING_KEYS = frozenset((
    "/Type", "/Subtype", "/Length", "/Filter", "/Resources", "/BBox", "/Matrix", "/Group", "/FunctionType", "/Domain", "/Range", "/Size",
    "/BitsPerSample", "/Order", "/Encode", "/Decode", "/C0", "/C1", "/N", "/Functions", "/Bounds", "/LW", "/LC", "/LJ", "/ML", "/D",
    "/RI", "/OP", "/op", "/OPM", "/Font", "/BG", "/BG2", "/UCR", "/UCR2", "/TR", "/TR2", "/FL", "/SM", "/SA", "/BM", "/SMask", "/CA",
    "/ca", "/AIS", "/TK", "/S", "/CS", "/I", "/K", "/G", "/BC", "/WhitePoint", "/BlackPoint", "/Gamma", "/Colorants", "/PatternType",
    "/PaintType", "/TilingType", "/XStep", "/YStep", "/Shading", "/ExtGState", "/ShadingType", "/ColorSpace", "/Background", "/AntiAlias",
    "/Coords", "/Function", "/Extend", "/BitsPerCoordinate", "/BitsPerFlag", "/VerticesPerRow", "/Width", "/Height", "/BitsPerComponent",
    "/Intent", "/ImageMask", "/Mask", "/Interpolate", "/Matte", "/FormType", "/BaseFont", "/FirstChar", "/LastChar", "/Widths",
    "/FontDescriptor", "/Encoding", "/ToUnicode", "/DescendantFonts", "/CIDSystemInfo", "/DW", "/W", "/DW2", "/W2", "/CIDToGIDMap",
    "/FontBBox", "/FontMatrix", "/CharProcs", "/BaseEncoding", "/Differences", "/CMapName", "/WMode", "/UseCMap", "/Registry",
    "/Ordering", "/Supplement", "/FontName", "/FontStretch", "/FontWeight", "/Flags", "/ItalicAngle", "/Ascent", "/Descent", "/Leading",
    "/CapHeight", "/XHeight", "/StemV", "/StemH", "/AvgWidth", "/MaxWidth", "/MissingWidth", "/FontFile", "/FontFile2", "/FontFile3",
    "/CharSet", "/CIDSet", "/Length1", "/Length2", "/Length3",
))  # fmt: skip
# Marks in a page that draw nothing: they name layers, stand-in texts and what programs noted for themselves (14.6).
MARKS = frozenset(("BMC", "BDC", "EMC", "MP", "DP"))
COLOURS_OF_PROFILE = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}
SHORT_FILTERS = {"/DCT": "/DCTDecode", "/CCF": "/CCITTFaxDecode"}

DRAWN, RESOURCES, NAMED, GLYPHS, GLYPH = "drawn", "resources", "named", "glyphs", "glyph"
"""What a dictionary is: something that draws, the resources of a page, one kind of resource by name, letters by name, one letter."""


def document(data: bytes, most: Most) -> tuple[dict[str, Any], bytes]:
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
        # The table says how many there are before they are read; it may lie, so they are counted too.
        if int(pdf.trailer.get("/Size", 0)) > most.objects or len(pdf.objects) > most.objects:
            raise Refusal("paper_too_complicated")
        count = len(pdf.pages)
        if count > most.pages:
            raise Refusal("paper_too_many_pages")
        if count == 0:
            raise Refusal("paper_damaged")
        Redrawing(pdf, most).run()
        held = io.BytesIO()
        pdf.save(held, static_id=True, linearize=False, fix_metadata_version=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return {"kind": "pdf", "pages": count}, held.getvalue()


@dataclass
class Redrawing:
    """The pages of one document, in a new catalogue of their own. What nothing on them names is not written."""

    pdf: Any
    most: Most
    seen: set[tuple[tuple[int, int], str]] = field(default_factory=set)
    count: int = 0

    def run(self) -> None:
        from pikepdf import Array, Dictionary, Name

        # What somebody wrote into a form is drawn on its page first: the form itself, which can act, is not kept.
        self.pdf.generate_appearance_streams()
        self.pdf.flatten_annotations()
        shelf = self.pdf.make_indirect(Dictionary(Type=Name.Pages))
        drawn = [self._page(page, shelf) for page in self.pdf.pages]
        shelf.Kids, shelf.Count = Array(drawn), len(drawn)
        for key in list(self.pdf.trailer.keys()):
            if key not in ("/Root", "/Size"):
                del self.pdf.trailer[key]
        self.pdf.trailer.Root = self.pdf.make_indirect(Dictionary(Type=Name.Catalog, Pages=shelf))

    def _page(self, page: Any, shelf: Any) -> Any:
        from pikepdf import Dictionary, Name

        page.externalize_inline_images()
        fresh = Dictionary(Type=Name.Page, Parent=shelf)
        for key in PAGE_KEYS:
            value = _inherited(page.obj, key)
            if value is not None:
                fresh[key] = value
        fresh.Contents = self.pdf.make_stream(zlib.compress(_only_drawing(page.obj)), Filter=Name.FlateDecode)
        for key, what in (("/Resources", RESOURCES), ("/Group", DRAWN)):
            if key in fresh:
                self._walk(fresh[key], what)
        return self.pdf.make_indirect(fresh)

    def _walk(self, first: Any, what: str) -> None:
        """Everything that hangs on a page, without recursion: a hostile file nests as deep as it likes."""
        import pikepdf

        waiting = [(first, what)]
        while waiting:
            held, what = waiting.pop()
            if not isinstance(held, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)) or self._was_here(held, what):
                continue
            if isinstance(held, pikepdf.Array):
                for place, value in enumerate(held):
                    plain = _plain_colour(value)
                    if plain is not value:
                        held[place] = plain
                    waiting.append((plain, DRAWN))
                continue
            if isinstance(held, pikepdf.Stream):
                self._write_anew(held, what)
            for key in list(held.keys()):
                if not _stays(held, key, what):
                    del held[key]
                    continue
                value = held[key]
                plain = _plain_colour(value)
                if plain is not value:
                    held[key] = plain
                waiting.append((plain, _kind_below(key, what)))

    def _was_here(self, held: Any, what: str) -> bool:
        self.count += 1
        if self.count > self.most.objects:
            raise Refusal("paper_too_complicated")
        if not held.is_indirect:
            return False
        mark = (held.objgen, what)
        if mark in self.seen:
            return True
        self.seen.add(mark)
        return False

    def _write_anew(self, stream: Any, what: str) -> None:
        """Each stream once: what stands behind its end, and how a program packed it, is gone."""
        import pikepdf

        if (stream.objgen, "written") in self.seen:
            return
        self.seen.add((stream.objgen, "written"))
        if stream.get("/Subtype") == "/Image":
            self._picture(stream)
        elif what == GLYPH or stream.get("/Subtype") == "/Form" or stream.get("/PatternType") == 1:
            _pack(stream, _only_drawing(stream))
        else:
            _pack(stream, stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))

    def _picture(self, stream: Any) -> None:
        import pikepdf

        last = _filters(stream)[-1:]
        if last == ["/DCTDecode"]:
            self._photograph(stream, _unpacked(self.pdf, stream), "JPEG")
        elif last == ["/JPXDecode"]:
            self._photograph(stream, _unpacked(self.pdf, stream), "JPEG2000")
        elif last == ["/CCITTFaxDecode"]:
            drawn = pikepdf.PdfImage(stream).as_pil_image(apply_decode_array=False, apply_mask=False)
            if drawn.mode != "1":
                raise Refusal("paper_damaged")
            _pack(stream, drawn.tobytes())
            stream.BitsPerComponent = 1
        else:  # JBIG2 among others is read by nobody here: it is refused below as unreadable
            data = stream.read_bytes(pikepdf.StreamDecodeLevel.specialized)
            _pack(stream, data[: _bytes_drawn(stream)])

    def _photograph(self, stream: Any, data: bytes, form: str) -> None:
        import pikepdf
        from PIL import Image

        Image.MAX_IMAGE_PIXELS = None
        with Image.open(io.BytesIO(data), formats=[form]) as found:
            _check_pixels(found, self.most.megapixels)
            found.load()
            drawn = _on_paper(found)
            # A photograph as fine as it was and no finer: else it would grow with each cleaning.
            saved = _jpeg(drawn, **(_as_fine(found) if form == "JPEG" else {"quality": 90}))
        colours = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}[drawn.mode]
        told = stream.get("/ColorSpace")
        if form == "JPEG2000" and _colours(told) not in (None, len(drawn.getbands())):
            raise Refusal("paper_damaged")
        if told is None and not stream.get("/ImageMask", False):
            stream.ColorSpace = pikepdf.Name(colours)
        stream.write(saved, filter=pikepdf.Name.DCTDecode)
        stream.Width, stream.Height, stream.BitsPerComponent = drawn.width, drawn.height, 8


def _stays(held: Any, key: str, what: str) -> bool:
    """Whether a key belongs to what draws. A thing by name stays unless it is a program (PostScript) or is no thing."""
    import pikepdf

    if what == RESOURCES:
        return key in RESOURCE_KEYS
    if what in (DRAWN, GLYPH):
        return key in DRAWING_KEYS
    value = held[key]
    if isinstance(value, pikepdf.Stream) and "/Subtype" in value:
        return value.Subtype in ("/Image", "/Form")
    return isinstance(value, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array, pikepdf.Name))


def _kind_below(key: str, what: str) -> str:
    if what == RESOURCES:
        return NAMED
    if what == GLYPHS:
        return GLYPH
    if what == NAMED:
        return DRAWN
    return {"/Resources": RESOURCES, "/CharProcs": GLYPHS, "/Colorants": NAMED}.get(key, DRAWN)


def _inherited(page: Any, key: str) -> Any:
    """A page has what the shelves above it have (ISO 32000-2, 7.7.3.4)."""
    for _ in range(50):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page.Parent
    raise Refusal("paper_damaged")


def _only_drawing(held: Any) -> bytes:
    """The instructions of a page, a form, a pattern or a letter, without marks and comments."""
    import pikepdf

    kept = []
    for one in pikepdf.parse_content_stream(held):
        if isinstance(one, pikepdf.ContentStreamInlineImage):
            if "/DCTDecode" in one.iimage.filters:  # those of pages and forms were taken out before and are drawn anew
                raise Refusal("paper_damaged")
        elif str(one.operator) in MARKS:
            continue
        kept.append(one)
    return pikepdf.unparse_content_stream(kept)


def _plain_colour(value: Any) -> Any:
    """In place of a colour profile (it names the device and the day) the plain colours with as many parts."""
    import pikepdf

    if isinstance(value, pikepdf.Array) and len(value) > 1 and value[0] == "/ICCBased":
        return pikepdf.Name(COLOURS_OF_PROFILE[int(value[1].N)])
    return value


def _colours(told: Any) -> int | None:
    """How many parts a colour of this space has; None when nothing is told."""
    import pikepdf

    if told is None:
        return None
    name = str(told[0]) if isinstance(told, pikepdf.Array) else str(told)
    if name == "/ICCBased":
        return int(told[1].N)
    if name == "/DeviceN":
        return len(told[1])
    return {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/DeviceCMYK": 4}.get(name, 1)


def _bytes_drawn(stream: Any) -> int:
    """How many bytes the pixels take: rows begin at a byte (ISO 32000-2, 8.9.5.2)."""
    bits = 1 if stream.get("/ImageMask", False) else int(stream.get("/BitsPerComponent", 8)) * (_colours(stream.get("/ColorSpace")) or 1)
    return (int(stream.Width) * bits + 7) // 8 * int(stream.Height)


def _filters(stream: Any) -> list[str]:
    import pikepdf

    told = stream.get("/Filter")
    names = [] if told is None else [str(one) for one in told] if isinstance(told, pikepdf.Array) else [str(told)]
    return [SHORT_FILTERS.get(name, name) for name in names]


def _unpacked(pdf: Any, stream: Any) -> bytes:
    """The picture inside every filter but the last."""
    import pikepdf

    names = _filters(stream)[:-1]
    told = stream.get("/DecodeParms")
    parms = list(told)[: len(names)] if isinstance(told, pikepdf.Array) else [None] * len(names)
    inner = pikepdf.Stream(pdf, b"")
    inner.write(stream.read_raw_bytes(), filter=pikepdf.Array([pikepdf.Name(name) for name in names]), decode_parms=pikepdf.Array(parms))
    return inner.read_bytes(pikepdf.StreamDecodeLevel.specialized)


def _pack(stream: Any, data: bytes) -> None:
    import pikepdf

    stream.write(zlib.compress(data), filter=pikepdf.Name.FlateDecode)


def _on_paper(found: Any) -> Any:
    """Pixels alone, in a picture that was never read from a file; what shines through lies on white."""
    from PIL import Image

    if found.mode in ("LA", "RGBA"):
        drawn = Image.new("RGBA", found.size, (255, 255, 255, 255))
        drawn.alpha_composite(found.convert("RGBA"))
        return drawn.convert(found.mode[:-1])
    drawn = Image.new(found.mode, found.size)
    drawn.paste(found)
    return drawn


def _as_fine(found: Any) -> dict[str, Any]:
    from PIL.JpegImagePlugin import get_sampling

    return {"qtables": found.quantization, "subsampling": get_sampling(found)}


def _jpeg(drawn: Any, **how: Any) -> bytes:
    held = io.BytesIO()
    drawn.save(held, "JPEG", **how)
    return held.getvalue()


def main() -> None:
    memory, seconds, *most = (int(word) for word in sys.argv[1:])
    limit(memory, seconds)
    try:
        told, cleaned = clean(sys.stdin.buffer.read(), Most(*most))
    except Refusal as refused:
        told, cleaned = {"refused": str(refused)}, b""
    except Exception:  # whatever a parser says of a hostile file: it is not taken
        told, cleaned = {"refused": "paper_damaged"}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + cleaned)


if __name__ == "__main__":
    main()
