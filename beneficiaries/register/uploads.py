"""The uploaded file of an import: where it is, and gone once nobody needs it, since it holds every NIK in the clear."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from beneficiaries.models import RegisterImport
from beneficiaries.register.archive import LOCKED, FileError

OLD_EXCEL = _("Ini berkas Excel lama (XLS). Simpan sebagai XLSX, lalu unggah lagi.")
OLD_CONTAINER = b"\xd0\xcf\x11\xe0"  # of XLS, and of an XLSX with a password
GONE = _("Berkas impor ini sudah tidak ada. Unggah lagi.")


def path_of(register_import: RegisterImport) -> Path:
    """Returns where the file lies. Raises FileError when it is gone."""
    if not register_import.file:
        raise FileError(GONE)
    return Path(register_import.file.path)


def forget(register_import: RegisterImport) -> None:
    """Removes the file; without one, nothing."""
    if register_import.file:
        register_import.file.delete(save=False)
        RegisterImport.objects.filter(pk=register_import.pk).update(file="")


def closed(head: bytes, kind: str) -> str:
    """Returns why a workbook of another make cannot be opened, or nothing: an old one, or one with a password."""
    if head != OLD_CONTAINER:
        return ""
    return str({".xlsx": LOCKED, ".xls": OLD_EXCEL}.get(kind, ""))
