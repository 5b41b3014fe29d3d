"""Verbs of saved filters: keep, change the name of, and drop a filter of one of the admin's lists."""

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bansos.models import SavedFilter
from bansos.privacy import refuse_told, tells_number
from bansos.refusals import constraint

MOST = 12  # of one person in one list: more tabs than that nobody reads
# What an address says beside the filter: page, order, pop-up, error.
BESIDE = {"p", "o", "e", "all", "_popup", "_to_field", "_changelist_filters"}

NOTHING = _("Saring daftarnya dulu, lalu simpan.")
NAME_MISSING = _("Beri nama, paling banyak 60 huruf.")
TAKEN = _("Anda sudah punya saringan dengan nama itu. Pilih nama lain.")
TOO_MANY = _("Anda sudah menyimpan 12 saringan di daftar ini. Hapus satu dulu.")
NOT_YOURS = _("Hanya pembuatnya yang dapat mengubah atau menghapus saringan ini.")
A_NUMBER = _("Nomor NIK, KK, atau HP tidak disimpan. Saring dengan cara lain.")


class FilterError(ValueError):
    """The filter cannot be kept, renamed or dropped; the sentence says what to do."""


def cleaned(query: str) -> str:
    """Returns the filter of an address's query: its parameters in order, without page, order and empty ones.

    Raises FilterError for one that holds a number of a person.
    """
    values = QueryDict(query)
    kept = QueryDict(mutable=True)
    for name in sorted(values):
        for value in values.getlist(name):
            if name in BESIDE or not value:
                continue
            if tells_number(value):
                raise FilterError(str(A_NUMBER))
            kept.appendlist(name, value)
    return kept.urlencode()


def keep(*, list: str, name: str, query: str, shared: bool, by) -> SavedFilter:
    """Keeps a filter of `list` under a name, for `by` or for the whole office. Raises FilterError."""
    query = cleaned(query)
    if not query or len(query) > 500:
        raise FilterError(str(NOTHING))
    name = _name(name)
    if SavedFilter.objects.filter(owner=by, list=list).count() >= MOST:
        raise FilterError(str(TOO_MANY))
    return _write(SavedFilter(list=list, name=name, query=query, shared=shared, owner=by, region_id=by.region_id))


def rename(*, saved: SavedFilter, name: str, by) -> SavedFilter:
    """Gives a filter of one's own another name. Raises FilterError."""
    if saved.owner_id != by.pk:
        raise FilterError(str(NOT_YOURS))
    saved.name = _name(name)
    return _write(saved)


def drop(*, saved: SavedFilter, by) -> None:
    """Drops a filter of one's own. Raises FilterError."""
    if saved.owner_id != by.pk:
        raise FilterError(str(NOT_YOURS))
    saved.delete()


def _name(said: str) -> str:
    name = " ".join(said.split())
    if not name or len(name) > 60:
        raise FilterError(str(NAME_MISSING))
    refuse_told(FilterError, name)
    return name


def _write(saved: SavedFilter) -> SavedFilter:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        if constraint(error) == "saved_filter_one_per_name":
            raise FilterError(str(TAKEN)) from error
        raise
    return saved
