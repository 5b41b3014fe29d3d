"""Matching a foreign file's columns with ours: the page of an import, and the list of what offices keep."""

import re
from typing import cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import display

from bansos.admin_base import ScopedAdmin
from bansos.privacy import mask
from beneficiaries.models import ColumnMapping, Household, Person, RegisterImport
from beneficiaries.register import mapping, mappings, standing
from beneficiaries.register.columns import Column, columns
from beneficiaries.register.reading import headings, unknown_words

MODELS = {mapping.HOUSEHOLDS: Household, mapping.PEOPLE: Person}
ABSENT = ""
LEAVE = ""
_SECRET = re.compile(r"\d{10,}")


def shown(sample: str) -> str:
    """Returns a cell as the page may show it: long numbers masked."""
    return _SECRET.sub(lambda found: mask(found[0]), sample)[:40]


class PlanForm(forms.Form):
    """For each of our columns the heading that holds it, or one value: for new rows, or for all of them."""

    name = forms.CharField(
        label=_("Nama untuk diingat"),
        help_text=_("Berkas dengan judul yang sama langsung terbaca bulan depan. Contoh: Ekspor SIKS-NG."),
        max_length=80,
        error_messages={"required": mappings.NAMELESS},
    )

    def __init__(self, *args, found: dict[str, list[mapping.Heading]], draft: dict, **kwargs):
        super().__init__(*args, **kwargs)
        self.found, self.draft = found, draft
        self.rows = {sheet: [self._row(sheet, n, c) for n, c in enumerate(columns(sheet))] for sheet in mapping.SHEETS}
        self.words: list[dict] = []  # of lists, by column: their word and ours

    def _row(self, sheet: str, number: int, column: Column) -> dict:
        key = f"{mapping.SHEETS.index(sheet)}_{number}"
        needed, words = mapping.is_needed(column), mapping.words_of(column)
        self.fields[f"k{key}"] = forms.ChoiceField(
            label=column.title, choices=self._choices(), required=False,
            initial=self._value(self.draft[sheet]["from"], self.draft[sheet]["columns"][column.title]),
        )  # fmt: skip
        if column.field not in mapping.NEVER_FIXED and column.field:
            choices = [(ABSENT, "-"), *((word, word) for word in words)]
            named = {"aria-label": _t("Isi untuk %(column)s") % {"column": column.title}}
            self.fields[f"t{key}"] = (
                forms.ChoiceField(choices=choices, required=False, widget=forms.Select(named))
                if words
                else forms.CharField(max_length=80, required=False, widget=forms.TextInput(named))
            )
            self.fields[f"t{key}"].initial = self.draft[sheet]["fixed"].get(column.title)
            if standing.may_stand(column.field):
                told = _t("%(column)s: juga untuk yang sudah ada di register") % {"column": column.title}
                self.fields[f"s{key}"] = forms.BooleanField(
                    label=_("juga yang sudah ada"), required=False, widget=forms.CheckboxInput({"aria-label": told}),
                    initial=column.title in self.draft[sheet].get("for_all", ()),
                )  # fmt: skip
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
                row["for_all"] = self[f"s{row['key']}"] if f"s{row['key']}" in self.fields else None
                row["theirs"] = (chosen.value() or "").partition("\t")[2] or (row["fixed"] and row["fixed"].value())
        return list(self.rows.items())

    def clean(self):
        values = super().clean()
        self.plan = {sheet: self._part(sheet, values) for sheet in mapping.SHEETS}
        if not self.errors:
            try:
                mappings.checked(self.plan)
            except mappings.MappingError as error:
                self.add_error(None, str(error))
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
            "for_all": [row["column"].title for row in self.rows[sheet] if values.get(f"s{row['key']}")],
            "words": {title: dict(words) for title, words in self.draft[sheet]["words"].items()},
        }


class MappingForm(PlanForm):
    """The plan of an uploaded file; then the words of lists that it has and we do not know."""

    def __init__(self, *args, made: RegisterImport, **kwargs):
        self.made = made
        super().__init__(*args, found=headings(made.file.path), draft=mappings.drafted(made), **kwargs)

    def filled(self, posted) -> dict:
        """Returns what was typed, with what the register takes for granted in columns of Ya or Tidak without a heading
        or value: "Tidak", but "Ya" for clothes bought. Neither speaks for a family.
        """
        values = {name: posted.get(name, "") for name in self.fields}
        for sheet, rows in self.rows.items():
            for row in rows:
                column, key = row["column"], row["key"]
                if mapping.words_of(column) == mapping.YES_NO and not values[f"k{key}"] and not values[f"t{key}"]:
                    granted = cast(Field, MODELS[sheet]._meta.get_field(column.field)).default
                    values[f"t{key}"] = mapping.YES_NO[0 if granted else 1]
        return values

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


class KeptForm(PlanForm):
    """What an office keeps, to mend: its name, its columns, and its words, of which any may be taken out."""

    def __init__(self, *args, kept: ColumnMapping, **kwargs):
        found = {
            sheet: [mapping.Heading(sheet, title, []) for title in titles]
            for sheet, titles in mappings.headings_of(kept).items()
        }
        super().__init__(*args, found=found, draft=kept.plan, initial={"name": kept.name}, **kwargs)
        for number, sheet in enumerate(mapping.SHEETS):
            for column in columns(sheet):
                if offered := mapping.words_of(column):
                    for word, ours in kept.plan[sheet]["words"].get(column.title, {}).items():
                        key = f"w{number}_{column.title}_{word}"
                        answer = self.data.get(key, LEAVE) if self.is_bound else ours
                        self.words.append({"sheet": sheet, "title": column.title, "word": word, "key": key,
                                           "offered": offered, "answer": answer})  # fmt: skip

    def clean(self):
        values = super().clean()
        for each in self.words:
            words = self.plan[each["sheet"]]["words"][each["title"]]
            if each["answer"] in each["offered"]:
                words[each["word"]] = each["answer"]
            else:
                words.pop(each["word"], None)
        return values


@admin.register(ColumnMapping)
class ColumnMappingAdmin(ScopedAdmin):
    """What offices keep: to look at, to mend, to rename, to delete."""

    list_display = ["name", "region", "matched", "saved_by", "saved_at"]
    list_select_related = ["region", "saved_by"]
    list_display_links = ["name"]

    def has_add_permission(self, request):
        return False  # made on the page of an import

    def change_view(self, request, object_id, form_url="", extra_context=None):
        kept = self.get_object(request, object_id)
        if kept is None:
            raise Http404
        if not self.has_view_permission(request, kept):
            raise PermissionDenied
        may_change = self.has_change_permission(request, kept)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        form = KeptForm(request.POST if request.method == "POST" else None, kept=kept)
        if form.is_valid():
            try:
                mappings.change(kept=kept, plan=form.plan, name=form.cleaned_data["name"], by=request.user)
            except mappings.MappingError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _t("Pencocokan disimpan. Berkas berikutnya dibaca menurut ini."))
                return redirect("admin:beneficiaries_columnmapping_changelist")
        context = self.admin_site.each_context(request) | {
            "title": kept.name, "opts": self.opts, "kept": kept, "form": form, "pieces": form.pieces(),
            "may_change": may_change, "may_delete": self.has_delete_permission(request, kept),
        }  # fmt: skip
        template = "admin/beneficiaries/columnmapping/mend.html"
        return never_cache(TemplateResponse)(request, template, context, status=422 if form.errors else 200)

    def delete_model(self, request, obj):
        mappings.forget(kept=obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for kept in queryset:
            mappings.forget(kept=kept, by=request.user)

    @display(description=_("Kolom dicocokkan"))
    def matched(self, kept):
        return sum(bool(theirs) for part in kept.plan.values() for theirs in part["columns"].values())
