"""Conditions for persons in the admin: their dated rows, the list of whom they point to, and who receives already."""

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.forms.models import BaseInlineFormSet
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display

from bansos import exports
from bansos.models import Region
from bansos.privacy import client_address, note_list
from beneficiaries import person_conditions, person_facts, person_xlsx
from beneficiaries.admin.criteria import FactForm
from beneficiaries.admin.simulation import _above, _attachment, _require
from beneficiaries.facts import age
from beneficiaries.models import Household, Person, PersonCondition, PersonRule
from beneficiaries.person_conditions import STATES, PersonConditionError
from beneficiaries.simulation import NEXT_LENGTH, RT_LENGTH

PER_PAGE = 50
INSTALLED = gettext_lazy("%(codes)s dipasang. Cocokkan umur, besar, dan dasar hukumnya dengan keputusan tahun ini.")
NOTED = gettext_lazy("%(name)s tercatat menerima %(code)s.")
ENDED = gettext_lazy("%(name)s tidak lagi tercatat menerima %(code)s.")


class PersonRuleForm(FactForm):
    registry = person_facts

    class Meta:
        model = PersonRule
        fields = ["bit", "kind", "fact", "operator", "value", "met"]


class PersonRules(BaseInlineFormSet):
    """The rules together: a condition that wants nothing would point to everybody."""

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        try:
            person_conditions.check([form.instance for form in kept])
        except PersonConditionError as error:
            raise forms.ValidationError(str(error)) from error


class PersonRuleInline(StackedInline):
    model = PersonRule
    form = PersonRuleForm
    formset = PersonRules
    extra = 0
    collapsible = True
    fields = [("bit", "kind"), ("fact", "operator", "value"), "met"]


class ReceivingForm(forms.Form):
    """That somebody receives an aid already, and who says so."""

    source = forms.CharField(max_length=120, required=False)
    since_on = forms.DateField(required=False)


@admin.register(PersonCondition)
class PersonConditionAdmin(ModelAdmin):
    list_display = ["code", "name", "starts_on", "ends_on", "whom"]
    list_fullwidth = True
    list_before_template = "admin/beneficiaries/personcondition/install.html"
    inlines = [PersonRuleInline]
    fields = [("code", "name"), "amount", "legal_basis", ("starts_on", "ends_on")]

    @display(description=gettext_lazy("warga"))
    def whom(self, condition):
        link = reverse("admin:beneficiaries_personcondition_people", args=[condition.pk])
        return format_html('<a class="underline" href="{}">{}</a>', link, _("Lihat yang mungkin berhak"))

    def has_delete_permission(self, request, obj=None):
        return False  # an end date ends it

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "beneficiaries_personcondition"
        return [
            path("contoh/", wrap(require_POST(self.install)), name=f"{name}_install"),
            path("<int:pk>/warga/", wrap(require_GET(self.people)), name=f"{name}_people"),
            path("<int:pk>/warga/unduh/", wrap(require_POST(self.download)), name=f"{name}_download"),
            path("<int:pk>/menerima/<int:person_pk>/", wrap(require_POST(self.receiving)), name=f"{name}_receiving"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        known = set(PersonCondition.objects.values_list("code", flat=True))
        missing = [code for code in person_conditions.DEFAULTS if code not in known]
        may_install = request.user.has_perm("beneficiaries.add_personcondition")
        return super().changelist_view(request, (extra_context or {}) | {"missing": missing if may_install else []})

    def install(self, request):
        """Installs KLJ, KPDJ and KAJ as far as they are missing."""
        _require(request, "beneficiaries.add_personcondition")
        made = person_conditions.load_default()
        messages.success(request, INSTALLED % {"codes": ", ".join(one.code for one in made)})
        return redirect("admin:beneficiaries_personcondition_changelist")

    def people(self, request, pk: int):
        """Whom a condition points to in the officer's region or a place inside it, with the reasons."""
        condition, region, found = self._found(request, pk)
        state = request.GET.get("keadaan", "")
        context = {"condition": condition, "region": region, "above": _above(request.user, region), "states": STATES}
        if isinstance(found, str):
            context["problem"] = found
        else:
            shown = found.filter(state=state) if state in STATES else found
            page = Paginator(shown.order_by("region_id", "name", "pk"), PER_PAGE).get_page(request.GET.get("halaman"))
            note_list(
                request, subject=f"beneficiaries.personcondition:{pk}", families={one.household_id for one in page},
                what=_("Warga yang mungkin berhak {code}").format(code=condition.code),
            )  # fmt: skip
            context |= {"page": page, "state": state, "places": _places(found, region), "rows": _rows(page, condition)}
            context["can_descend"] = region is None or len(region.code) < RT_LENGTH
            context["columns"] = exports.offered(request.user, person_xlsx.FIELDS)
        return self._page(request, condition, context)

    def download(self, request, pk: int):
        """The list as a spreadsheet; who took it is recorded."""
        _require(request, exports.EXPORT)
        condition, region, found = self._found(request, pk)
        if isinstance(found, str):
            messages.error(request, found)
            return redirect("admin:beneficiaries_personcondition_people", pk)
        columns = exports.columns_for(request.user, person_xlsx.FIELDS)
        people = list(found.order_by("region_id", "name", "pk"))
        title = _("Warga yang mungkin berhak {code}").format(code=condition.code)
        try:
            stamp = exports.record(
                by=request.user, subject=f"beneficiaries.personcondition:{condition.pk}", columns=columns,
                rows=len(people), what=title, reason=exports.reason_of(request.POST),
                families={person.household_id for person in people}, region=region, address=client_address(request),
            )  # fmt: skip
        except exports.ExportError as error:
            messages.error(request, str(error))
            return redirect("admin:beneficiaries_personcondition_people", pk)
        book = person_xlsx.render(
            people, fields=columns.taken, condition=condition, title=title, on=timezone.localdate(), stamp=stamp
        )
        return _attachment(book, f"mungkin-berhak-{slugify(condition.code)}.xlsx")

    def receiving(self, request, pk: int, person_pk: int):
        """Notes that a person of the officer's region receives the aid already, or no longer."""
        _require(request, "beneficiaries.change_person")
        condition = get_object_or_404(PersonCondition, pk=pk)
        person = get_object_or_404(Person.objects.for_officer(request.user), pk=person_pk)
        form = ReceivingForm(request.POST)
        told = {"name": person.name, "code": condition.code}
        try:
            if "berhenti" in request.POST:
                person_conditions.end_receiving(person=person, code=condition.code, by=request.user)
                messages.success(request, ENDED % told)
            elif form.is_valid():
                since = form.cleaned_data["since_on"] or timezone.localdate()
                source = form.cleaned_data["source"]
                person_conditions.note_receiving(
                    person=person, code=condition.code, source=source, since_on=since, by=request.user
                )
                messages.success(request, NOTED % told)
            else:
                messages.error(request, _("Tanggalnya belum benar. Contoh: 17-08-2026."))
        except PersonConditionError as error:
            messages.error(request, str(error))
        return redirect("admin:beneficiaries_person_change", person.pk)

    def _found(self, request, pk: int):
        """The condition, the region of the page, and the people found there, or the sentence why none can be."""
        _require(request, "beneficiaries.view_personcondition")
        _require(request, "beneficiaries.view_person")
        condition = get_object_or_404(PersonCondition.objects.prefetch_related("rules"), pk=pk)
        code = request.GET.get("wilayah") or request.POST.get("wilayah") or request.user.region_id
        region = get_object_or_404(Region.objects.for_officer(request.user), code=code) if code else None
        people = Person.objects.for_officer(request.user).select_related("region")
        if region:
            people = people.inside(region.code)
        try:
            return condition, region, person_conditions.found(condition=condition, people=people)
        except PersonConditionError as error:
            return condition, region, str(error)

    def _page(self, request, condition: PersonCondition, context: dict) -> TemplateResponse:
        shared = self.admin_site.each_context(request) | {
            "title": _("Warga yang mungkin berhak {code}").format(code=condition.code),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/beneficiaries/personcondition/people.html", shared | context)


def _places(found, region: Region | None) -> list[dict]:
    counted = person_conditions.by_place(found, length=NEXT_LENGTH.get(len(region.code) if region else 0, 13))
    names = {one.code: one.label for one in Region.objects.filter(code__in=[row.code for row in counted])}
    return [{"row": row, "label": names.get(row.code, row.code)} for row in counted]


def _rows(page, condition: PersonCondition) -> list[dict]:
    today = timezone.localdate()
    return [
        {
            "person": person,
            "age": age(person.born_on, today),
            "label": STATES[person.state],
            "why": person_conditions.sentences(hits=person.hits, condition=condition),
        }
        for person in page
    ]


class FlagPages:
    """A mixin of the admin of people and of families: which aids a person on the page may be entitled to."""

    change_form_outer_before_template = "admin/beneficiaries/personcondition/flags.html"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        extra = {"flags": self._flags(row), "may_note": request.user.has_perm("beneficiaries.change_person")}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | extra)

    def _flags(self, row: Person | Household | None) -> list[person_conditions.Flag]:
        people = Person.objects.all()
        if isinstance(row, Household):
            return person_conditions.flags(people=people.filter(household=row))
        return person_conditions.flags(people=people.filter(pk=row.pk)) if row else []
