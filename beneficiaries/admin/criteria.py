"""Criteria in the admin: a released set is read, a draft is edited, copied from a set and released by a person."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from beneficiaries import changes, criteria, criteria_reviews, facts, ready_sets, simulation
from beneficiaries.admin.simulation import SimulationPages
from beneficiaries.models import CriteriaReview, CriteriaSet, Criterion, ScoringRun
from beneficiaries.reasons import REASONS
from beneficiaries.tasks import start_scoring

DRAFTED = gettext_lazy("Versi %(version)s dibuat sebagai draf. Ubah, coba hitung, lalu rilis.")
INSTALLED = gettext_lazy("Contoh dipasang sebagai draf. Periksa dan ubah, lalu minta orang lain merilisnya.")
RELEASED = gettext_lazy("%(name)s sekarang berlaku. Skor semua keluarga sedang dihitung ulang.")
SCHEDULED = gettext_lazy("%(name)s dirilis dan berlaku mulai %(day)s. Skor dihitung ulang pada hari itu.")
DISCARDED = gettext_lazy("%(name)s dibuang. Draf baru dapat dibuat.")
WITHDRAWN = gettext_lazy("Rilis %(name)s ditarik. Versi ini menjadi draf lagi.")
ASKED = gettext_lazy("Pemeriksaan diminta. Draf ini tampil di Beranda orang yang boleh merilis.")
SENT_BACK = gettext_lazy("%(name)s dikembalikan. Penyusunnya membaca alasan Anda di Beranda.")
RETIRED = gettext_lazy("%(name)s berhenti berlaku. Skor yang ada tetap tersimpan.")
LABELS = {"Draf": "warning", "Menunggu tanggal mulai": "info", "Berlaku": "success", "Tidak berlaku lagi": "info"}


KINDS = (
    (facts.BOOL, gettext_lazy("Ya atau tidak")),
    (facts.NUMBER, gettext_lazy("Angka")),
    (facts.CHOICE, gettext_lazy("Pilihan")),
)


class FactForm(forms.ModelForm):
    """A rule as a person edits it: facts by their labels, and a value that fits the fact."""

    registry: Any = facts  # what the rule may speak of

    fact = forms.ChoiceField(label=gettext_lazy("data"), widget=UnfoldAdminSelectWidget)
    value = forms.CharField(
        label=gettext_lazy("pembanding"),
        help_text=gettext_lazy(
            "Ya atau tidak, angka, atau pilihan yang dipisah koma. Untuk nilai tiap jumlah: besar langkah, lalu berapa "
            "langkah paling banyak, misalnya 500000, 4."
        ),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = self.registry.FACTS
        cast(forms.ChoiceField, self.fields["fact"]).choices = [
            (label, [(fact.name, fact.label) for fact in known.values() if fact.kind == kind]) for kind, label in KINDS
        ]
        if self.instance.fact in known:
            self.initial["value"] = known[self.instance.fact].shown(self.instance.value)
        if (asked := self["fact"].value()) in known:
            self.fields["value"].help_text = known[asked].typed

    def clean(self):
        cleaned = super().clean()
        if all(name in cleaned for name in ("fact", "operator", "value")):
            try:
                cleaned["value"] = self.registry.get(cleaned["fact"]).read(cleaned["value"], cleaned["operator"])
            except facts.FactError as error:
                self.add_error("value", str(error))
        return cleaned


class CriterionForm(FactForm):
    reason_code = forms.ChoiceField(
        label=gettext_lazy("kode alasan"),
        choices=[("", "-"), *((code, f"{code}: {words}") for code, words in REASONS.items())],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Criterion
        fields = ["bit", "kind", "fact", "operator", "value", "points", "reason_code", "question", "met", "unmet"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bit"].required = False
        self.fields["bit"].help_text = gettext_lazy("Kosongkan untuk nomor berikutnya.")


class CriterionFormSet(PaginationInlineFormSet):
    """Rules without a number get the next free one, in their order."""

    def clean(self):
        super().clean()
        rules = [form.instance for form in self.forms if self._is_kept(form)]
        numbered = [rule for rule in rules if rule.bit is not None]
        for rule in rules:
            if rule.bit is None:
                rule.bit = criteria.next_bit(numbered)
                numbered.append(rule)

    def _is_kept(self, form) -> bool:
        untouched = form.empty_permitted and not form.has_changed()
        return not (untouched or form.errors or self._should_delete_form(form))


def _is_draft(criteria_set: CriteriaSet | None) -> bool:
    return criteria_set is not None and criteria_set.status == CriteriaSet.Status.DRAF


class CriterionInline(StackedInline):
    model = Criterion
    form = CriterionForm
    formset = CriterionFormSet
    extra = 0
    collapsible = True
    fields = [
        ("bit", "kind", "points", "reason_code"),
        ("fact", "operator", "value"),
        "question",
        ("met", "unmet"),
    ]

    def has_add_permission(self, request, obj=None):
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return _is_draft(obj) and super().has_delete_permission(request, obj)


class ReleaseForm(forms.Form):
    starts_on = forms.DateField(
        label=gettext_lazy("Berlaku mulai"), widget=UnfoldAdminDateWidget, initial=timezone.localdate
    )


class AskForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Catatan untuk pemeriksa"), help_text=gettext_lazy("Boleh kosong."), max_length=500,
        required=False, widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )  # fmt: skip


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Yang perlu diperbaiki"), help_text=gettext_lazy("Penyusun membacanya."), max_length=500,
        required=False, widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )  # fmt: skip


@admin.register(CriteriaSet)
class CriteriaSetAdmin(SimulationPages, ModelAdmin):
    list_display = ["name", "version", "shown_status", "threshold", "starts_on", "drafted_by", "released_by"]
    list_filter = ["status"]
    list_filter_submit = False
    compressed_fields = True
    list_before_template = "admin/beneficiaries/criteriaset/ready.html"
    change_form_outer_before_template = "admin/beneficiaries/criteriaset/actions.html"
    readonly_fields = ["code", "version", "status", "starts_on", "drafted_by", "released_by", "released_at"]
    fields = [
        ("name", "threshold"),
        "legal_basis",
        ("code", "version", "status"),
        ("drafted_by", "released_by"),
        ("starts_on", "released_at"),
    ]

    @display(description=gettext_lazy("status"), ordering="status", label=LABELS)
    def shown_status(self, obj):
        return obj.get_status_display()

    def has_add_permission(self, request):
        return False  # the next version begins as a copy

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return (obj is None or _is_draft(obj)) and super().has_change_permission(request, obj)

    def get_inlines(self, request, obj):
        return [CriterionInline] if _is_draft(obj) and self.has_change_permission(request, obj) else []

    def save_related(self, request, form, formsets, change):
        """Whoever saves a draft is its author from then on, and somebody else releases it."""
        super().save_related(request, form, formsets, change)
        criteria.edited(criteria_set=form.instance, by=request.user)

    def changelist_view(self, request, extra_context=None):
        may_install = request.user.has_perm("beneficiaries.change_criteriaset")
        extra = {"ready_sets": ready_sets.READY.values() if may_install else []}
        return super().changelist_view(request, (extra_context or {}) | extra)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        chosen = CriteriaSet.objects.filter(pk=object_id).prefetch_related("criteria").first()
        extra = {
            "chosen": chosen,
            "rules": _as_read(chosen) if chosen and not self.has_change_permission(request, chosen) else [],
            "is_draft": _is_draft(chosen),
            "may_copy": request.user.has_perm("beneficiaries.change_criteriaset"),
            "may_release": request.user.has_perm("beneficiaries.release_criteriaset"),
            "own_draft": _is_draft(chosen) and criteria.is_author(criteria_set=chosen, user=request.user),
            "review": criteria_reviews.newest(chosen) if chosen else None,
            "before": changes.before(chosen) if chosen else None,
            "may_score": request.user.has_perm("beneficiaries.run_scoring"),
        }
        asked = extra["review"] and extra["review"].kind == CriteriaReview.Kind.MINTA
        extra["may_ask"] = extra["own_draft"] and extra["may_copy"] and not asked
        if chosen and _is_draft(chosen):
            extra |= self.tried(request, chosen)
        if extra["before"]:
            extra["changes"] = changes.differences(extra["before"], chosen)
        return super().change_view(request, object_id, form_url, (extra_context or {}) | extra)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            *self.simulation_urls(),
            path("contoh/", wrap(require_POST(self.install)), name="beneficiaries_criteriaset_install"),
            path("<int:pk>/salin/", wrap(require_POST(self.copy)), name="beneficiaries_criteriaset_copy"),
            path("<int:pk>/henti/", wrap(require_POST(self.retire)), name="beneficiaries_criteriaset_retire"),
            path("<int:pk>/tarik/", wrap(require_POST(self.withdraw)), name="beneficiaries_criteriaset_withdraw"),
            path("<int:pk>/buang/", wrap(require_POST(self.discard)), name="beneficiaries_criteriaset_discard"),
            path("<int:pk>/minta-periksa/", wrap(self.ask), name="beneficiaries_criteriaset_ask"),
            path("<int:pk>/kembalikan/", wrap(self.send_back), name="beneficiaries_criteriaset_send_back"),
            path("<int:pk>/rilis/", wrap(self.release), name="beneficiaries_criteriaset_release"),
            *super().get_urls(),
        ]

    def copy(self, request, pk: int):
        """Makes the next version as a draft and opens it."""
        _require(request, "beneficiaries.change_criteriaset")
        source = get_object_or_404(CriteriaSet, pk=pk)
        try:
            made = criteria.draft(source=source, by=request.user)
        except criteria.CriteriaError as error:
            messages.error(request, str(error))
            return redirect("admin:beneficiaries_criteriaset_change", pk)
        messages.success(request, DRAFTED % {"version": made.version})
        return redirect("admin:beneficiaries_criteriaset_change", made.pk)

    def install(self, request):
        """Installs a ready set as a draft and opens it."""
        _require(request, "beneficiaries.change_criteriaset")
        try:
            made = ready_sets.install(code=request.POST.get("contoh", ""), by=request.user)
        except criteria.CriteriaError as error:
            messages.error(request, str(error))
            return redirect("admin:beneficiaries_criteriaset_changelist")
        messages.success(request, str(INSTALLED))
        return redirect("admin:beneficiaries_criteriaset_change", made.pk)

    def retire(self, request, pk: int):
        """Ends a set in force without one after it."""
        _require(request, "beneficiaries.release_criteriaset")
        try:
            made = criteria.retire(criteria_set=get_object_or_404(CriteriaSet, pk=pk), by=request.user)
        except criteria.CriteriaError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, RETIRED % {"name": made})
        return redirect("admin:beneficiaries_criteriaset_change", pk)

    def withdraw(self, request, pk: int):
        """Makes a set that waits for its day a draft again."""
        _require(request, "beneficiaries.release_criteriaset")
        try:
            made = criteria.withdraw(criteria_set=get_object_or_404(CriteriaSet, pk=pk), by=request.user)
        except criteria.CriteriaError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, WITHDRAWN % {"name": made})
        return redirect("admin:beneficiaries_criteriaset_change", pk)

    def discard(self, request, pk: int):
        """Throws a draft away."""
        _require(request, "beneficiaries.change_criteriaset")
        chosen = get_object_or_404(CriteriaSet, pk=pk)
        try:
            criteria.discard(criteria_set=chosen, by=request.user)
        except criteria.CriteriaError as error:
            messages.error(request, str(error))
            return redirect("admin:beneficiaries_criteriaset_change", pk)
        messages.success(request, DISCARDED % {"name": chosen})
        return redirect("admin:beneficiaries_criteriaset_changelist")

    def ask(self, request, pk: int):
        """An author asks for a review, with a note."""
        _require(request, criteria_reviews.WRITE)
        meaning = _("Sesudah ini draf tampil di Beranda orang yang boleh merilis. Draf masih dapat Anda ubah.")
        return self._review(request, pk, AskForm, criteria_reviews.ask, _("Minta diperiksa"), meaning, ASKED)

    def send_back(self, request, pk: int):
        """A reviewer sends a draft back with a reason."""
        _require(request, criteria_reviews.RELEASE)
        meaning = _("Draf tidak dirilis. Penyusunnya memperbaiki, lalu meminta diperiksa lagi.")
        act = _("Kembalikan ke penyusun")
        return self._review(request, pk, SendBackForm, criteria_reviews.send_back, act, meaning, SENT_BACK)

    def _review(self, request, pk: int, form_of, verb, act: str, meaning: str, done):
        """Asks for the words of a move, and makes it."""
        chosen = get_object_or_404(CriteriaSet, pk=pk)
        form = form_of(request.POST if request.method == "POST" else None)
        back = reverse("admin:beneficiaries_criteriaset_change", args=[pk])
        if form.is_valid():
            try:
                verb(criteria_set=chosen, by=request.user, **form.cleaned_data)
            except criteria.CriteriaError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, done % {"name": chosen})
                return redirect(back)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "chosen": chosen, "form": form, "act": act, "meaning": meaning, "back": back,
            "title": f"{act}: {chosen}",
        }  # fmt: skip
        page, status = "admin/beneficiaries/criteriaset/review.html", 422 if form.errors else 200
        return TemplateResponse(request, page, context, status=status)

    def release(self, request, pk: int):
        """Shows what a draft would change; releases it when a second person says so, and starts the scoring."""
        _require(request, "beneficiaries.release_criteriaset")
        chosen = get_object_or_404(CriteriaSet, pk=pk)
        form = ReleaseForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                seen = request.POST.get("seen", "")
                made = criteria.release(criteria_set=chosen, by=request.user, seen=seen, **form.cleaned_data)
            except criteria.CriteriaError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _put_in_force(made, request.user))
                return redirect("admin:beneficiaries_criteriaset_change", pk)
        seen = criteria.fingerprint(criteria_set=chosen)  # before the rest: what changes meanwhile is refused
        context = self.admin_site.each_context(request) | _preview(chosen) | {"rules": _as_read(chosen), "seen": seen}
        context |= {"title": _("Rilis %(name)s") % {"name": chosen}, "opts": self.opts, "form": form, "chosen": chosen}
        context["own_draft"] = criteria.is_author(criteria_set=chosen, user=request.user)
        context["review"] = criteria_reviews.newest(chosen)
        context["back"] = reverse("admin:beneficiaries_criteriaset_change", args=[pk])
        return TemplateResponse(request, "admin/beneficiaries/criteriaset/release.html", context)


def _require(request, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _put_in_force(made: CriteriaSet, by) -> str:
    """Scores with a set that is in force already, and says what happens when."""
    if made.status == CriteriaSet.Status.SIAP and made.starts_on:
        return SCHEDULED % {"name": made, "day": date_format(made.starts_on, "j F Y")}
    start_scoring(criteria_set=made, by=by, reason=ScoringRun.Reason.RILIS)
    return RELEASED % {"name": made}


def _as_read(criteria_set: CriteriaSet) -> list[dict]:
    """The criteria of a set as a table: what is asked, how it is checked, what it gives."""
    return [
        {
            "question": rule.question,
            "check": changes.check(rule),
            "kind": rule.get_kind_display(),
            "points": rule.points,
            "most": _most(rule),
            "reason_code": rule.reason_code,
        }
        for rule in criteria_set.criteria.all()
    ]


def _most(rule: Criterion) -> int:
    """How often its points count at most; once where the value of a draft is no steps yet."""
    try:
        criteria.check_criterion(rule)
    except criteria.CriteriaError:
        return 1
    return rule.most


def _preview(criteria_set: CriteriaSet) -> dict:
    """What a release would change, or the sentence why the set cannot be scored with."""
    try:
        made = simulation.simulate(criteria_set=criteria_set)
    except criteria.CriteriaError as error:
        return {"problem": str(error)}
    return {"whole": made.whole, "changes": changes.differences(made.in_force, made.criteria_set)}
