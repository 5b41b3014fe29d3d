"""The uploaded file of an import: where it is, and gone once nobody needs it, since it holds every NIK in the clear."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from beneficiaries.models import RegisterImport
from beneficiaries.register.archive import FileError

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
