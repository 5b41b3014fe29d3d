"""The mark of a download in a file that was made before it: what it says stays as it was written."""

import csv
import io
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from bansos import exports
from bansos.exports import Stamp

TEMPLATE = Path(__file__).parent / "typst" / "tanda.typ"
_PAGE = re.compile(rb"/Type ?/Page\b")


def pdf(body: bytes, stamp: Stamp, title: str) -> bytes:
    """Returns a PDF that typst wrote with the mark across and at the foot of each page."""
    data = {"title": title, "who": stamp.who, "mark": exports.pdf_mark(stamp), "pages": len(_PAGE.findall(body))}
    with TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / TEMPLATE.name
        page.write_bytes(TEMPLATE.read_bytes())
        (folder / "asli.pdf").write_bytes(body)
        fonts = typst.Fonts(include_system_fonts=False)
        return typst.compile(page, root=folder, format="pdf", sys_inputs={"data": json.dumps(data)}, font_paths=fonts)


def table(body: bytes, stamp: Stamp, title: str) -> bytes:
    """Returns a CSV (UTF-8) with a last line that holds the number of the download and the mark."""
    text = body.decode("utf-8-sig")
    width = len(next(csv.reader(io.StringIO(text))))
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([stamp.number, str(stamp), *[""] * (width - 2)])
    return (text + line.getvalue()).encode("utf-8-sig")


def workbook(body: bytes, stamp: Stamp, title: str) -> bytes:
    return exports.marked(body, stamp)


MARKS = {"csv": table, "pdf": pdf, "xlsx": workbook}
