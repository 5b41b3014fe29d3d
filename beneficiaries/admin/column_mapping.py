"""Matching a foreign file's columns with ours: the page of an import, and the list of what offices keep."""

import re

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.privacy import mask
from beneficiaries.models import ColumnMapping, RegisterImport
from beneficiaries.register import mapping, mappings
from beneficiaries.register.columns import Column, columns
from beneficiaries.register.reading import headings, unknown_words

ABSENT = ""
LEAVE = ""
_SECRET = re.compile(r"\d{10,}")


def shown(sample: str) -> str:
    """Returns a cell as the page may show it: long numbers masked."""
    return _SECRET.sub(lambda found: mask(found[0]), sample)[:40]


class MappingForm(forms.Form):
    """For each of our columns the heading that holds it, or one value for all rows; then the words of lists."""

    name = forms.CharField(
        label=_("Nama untuk diingat"),
        help_text=_("Berkas dengan judul yang sama langsung terbaca bulan depan. Contoh: Ekspor SIKS-NG."),
        max_length=80,
        error_messages={"required": _("Beri nama, supaya mudah dicari nanti.")},
    )

    def __init__(self, *args, made: RegisterImport, **kwargs):
        super().__init__(*args, **kwargs)
        self.made, self.found = made, headings(made.file.path)
        self.draft = mappings.drafted(made)
        self.rows = {sheet: [self._row(sheet, n, c) for n, c in enumerate(columns(sheet))] for sheet in mapping.SHEETS}
        self.words: list[dict] = []  # what `ask_words` found

    def _row(self, sheet: str, number: int, column: Column) -> dict:
        key = f"{mapping.SHEETS.index(sheet)}_{number}"
        needed, words = mapping.is_needed(column), mapping.words_of(column)
        self.fields[f"k{key}"] = forms.ChoiceField(
            label=column.title, choices=self._choices(), required=False,
            initial=self._value(self.draft[sheet]["from"], self.draft[sheet]["columns"][column.title]),
        )  # fmt: skip
        if column.field not in mapping.NEVER_FIXED and column.field:
            choices = [(ABSENT, "-"), *((word, word) for word in words)]
            named = {"aria-label": _t("Isi semua baris %(column)s") % {"column": column.title}}
            self.fields[f"t{key}"] = (
                forms.ChoiceField(choices=choices, required=False, widget=forms.Select(named))
                if words
                else forms.CharField(max_length=80, required=False, widget=forms.TextInput(named))
            )
        return {"column": column, "needed": needed, "key": key}

    def _choices(self) -> list:
        groups = [
            (sheet, [(self._value(sheet, h.title), h.title) for h in titles]) for sheet, titles in self.found.items()
        ]
        flat = groups[0][1] if len(groups) == 1 else groups
        return [(ABSENT, _("Tidak ada di berkas")), *flat]

    @staticmethod
    def _value(sheet: str, title: str) -> str:
        return f"{sheet}\t{title}" if title else ABSENT

    def pieces(self) -> list[tuple[str, list[dict]]]:
        """Returns the rows of the page by our sheet: our column, its select, samples, its fixed value."""
        samples = {self._value(h.sheet, h.title): h.samples for titles in self.found.values() for h in titles}
        for rows in self.rows.values():
            for row in rows:
                chosen = self[f"k{row['key']}"]
                row["select"], row["samples"] = chosen, [shown(s) for s in samples.get(chosen.value() or "", [])]
                row["fixed"] = self[f"t{row['key']}"] if f"t{row['key']}" in self.fields else None
        return list(self.rows.items())

    def clean(self):
        values = super().clean()
        self.plan = {sheet: self._part(sheet, values) for sheet in mapping.SHEETS}
        if not self.errors:
            try:
                mapping.check(self.plan)
            except mapping.PlanError as error:
                words = _t("Kolom %(column)s belum dicocokkan. Pilih kolomnya, atau isi satu nilai untuk semua baris.")
                self.add_error(None, words % {"column": error.column})
        return values

    def _part(self, sheet: str, values: dict) -> dict:
        chosen, fixed = {}, {}
        for row in self.rows[sheet]:
            title, source = row["column"].title, values.get(f"k{row['key']}") or ABSENT
            chosen[title] = source
            fixed[title] = values.get(f"t{row['key']}") or ""
        sources = {source.partition("\t")[0] for source in chosen.values() if source}
        if len(sources) > 1:
            told = _t("Semua kolom %(sheet)s harus dari satu lembar. Anda memilih %(sources)s.")
            self.add_error(None, told % {"sheet": sheet, "sources": ", ".join(sorted(sources))})
        return {
            "from": next(iter(sources), self.draft[sheet]["from"]),
            "columns": {title: source.partition("\t")[2] for title, source in chosen.items()},
            "fixed": {title: text for title, text in fixed.items() if text},
            "words": dict(self.draft[sheet]["words"]),
        }

    def ask_words(self) -> bool:
        """Looks for words that a list of ours does not know; whether one is left that nobody has answered yet.

        Takes over the answers given so far. An answer left empty keeps the word: its rows are refused and told.
        """
        self.words = []
        open_words = False
        for sheet, found in unknown_words(self.made.file.path, self.plan).items():
            by_title = {column.title: column for column in columns(sheet)}
            for title, words in found.items():
                answers = self.plan[sheet]["words"].setdefault(title, {})
                for word in words:
                    key = f"w{mapping.SHEETS.index(sheet)}_{title}_{word}"
                    answer = self.data.get(key)
                    open_words = open_words or answer is None
                    offered = mapping.words_of(by_title[title])
                    if answer in offered:
                        answers[word] = answer
                    self.words.append(
                        {"title": title, "word": word, "key": key, "offered": offered, "answer": answer or LEAVE}
                    )
        return open_words


@admin.register(ColumnMapping)
class ColumnMappingAdmin(ReadOnlyAdmin, ScopedAdmin):
    """What offices keep; a mapping that no longer fits is deleted and made again at the next file."""

    list_display = ["name", "region", "matched", "saved_by", "saved_at"]
    list_select_related = ["region", "saved_by"]
    fields = ["name", "region", "saved_by", "saved_at", "table"]
    readonly_fields = fields

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm("beneficiaries.delete_columnmapping")

    @display(description=_("Kolom dicocokkan"))
    def matched(self, kept):
        return sum(bool(theirs) for part in kept.plan.values() for theirs in part["columns"].values())

    @display(description=_("Kolom kita dan judul di berkas"))
    def table(self, kept):
        pairs = [(ours, theirs) for part in kept.plan.values() for ours, theirs in part["columns"].items() if theirs]
        return "; ".join(f"{ours}: {theirs}" for ours, theirs in pairs)
