"""/daftar/: a resident applies, one question a page, without an account and without JavaScript."""

from datetime import date
from functools import wraps

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bansos import attachments, codes, limits
from bansos.models import Region
from bansos.privacy import client_address
from beneficiaries import applications, drafts, nik
from beneficiaries import large_print as large_prints
from beneficiaries.answers import in_words
from beneficiaries.applications import AlreadyOpen, ApplicationError
from beneficiaries.forms import STEPS, ConsentForm, ConsentPaperForm, HelpedConsentForm, answers_of
from beneficiaries.models import Application, Person
from beneficiaries.models.application import OPEN_STATUSES

BY_SLUG = {step.slug: step for step in STEPS}
CONSENT = "UU 27/2022, teks 2026-11"  # the version of the text on the first page
HELPED_PER_PAGE = 20
SENT_PER_ADDRESS = 60  # an hour; a carrier or an office puts many people behind one address


def with_draft(view):
    """Gives a page the visitor's draft and keeps the page out of every cache."""

    @never_cache
    @wraps(view)
    def page(request, *args, **kwargs):
        return view(request, drafts.Draft(request.session), *args, **kwargs)

    return page


def _missing(draft: drafts.Draft) -> str | None:
    return next((step.slug for step in STEPS if step.slug not in draft.pages), None)


def _too_often(request):
    return render(request, "beneficiaries/daftar/tunggu.html", status=429)


@require_http_methods(["GET", "POST"])
@with_draft
def start(request, draft):
    """What is needed, what happens with the data, and consent."""
    helps = applications.may_help(request.user)
    form = (HelpedConsentForm if helps else ConsentForm)(request.POST if request.method == "POST" else None)
    if form.is_valid():
        drafts.forget(request.session)
        draft.begin({name: form.cleaned_data[name] for name in ("consent", "witness")} if helps else None)
        if helps:
            _answer_place(draft, request.user.region_id or "")
        return redirect("daftar-langkah", STEPS[0].slug)
    going_on = draft.code and draft.pages
    return render(
        request,
        "beneficiaries/daftar/mulai.html",
        {"form": form, "helps": helps, "resume": going_on and _missing(draft)},
    )


def _answer_place(draft, code: str) -> None:
    """Spares a helper the questions that the own region answers."""
    parts = code.split(".")
    for slug, length in (("kelurahan", 4), ("rw", 5)):
        if len(parts) >= length:
            draft.answer(slug, {slug: ".".join(parts[:length])})


@require_http_methods(["GET", "POST"])
@with_draft
def step(request, draft, slug: str):
    """One page of questions."""
    if slug not in BY_SLUG:
        raise Http404
    if not draft.code:
        return redirect("daftar")
    number = STEPS.index(BY_SLUG[slug])
    waiting = _missing(draft)
    if waiting and number > STEPS.index(BY_SLUG[waiting]):
        return redirect("daftar-langkah", waiting)
    posted = request.POST if request.method == "POST" else None
    editing = "ubah" in (request.GET if posted is None else posted)
    form = BY_SLUG[slug].form(posted, draft=draft.values, initial=draft.pages.get(slug))
    if form.is_valid():
        if refused := _family_has_one(request, slug, form):
            return refused
        draft.answer(slug, form.cleaned_data)
        return _onward(draft, number, editing)
    context = {
        "form": form, "step": BY_SLUG[slug], "number": number + 1, "done": number, "total": len(STEPS),
        "editing": editing, "single": len(form.fields) == 1,
        "back": None if editing or not number else STEPS[number - 1].slug,
    }  # fmt: skip
    return render(request, "beneficiaries/daftar/pertanyaan.html", context)


def _family_has_one(request, slug: str, form):
    """After the identity page: spares a family that has an open application the other eleven pages."""
    if slug != "identitas":
        return None
    if limits.hit("daftar-identitas", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return _too_often(request)
    found = applications.find_by_identity(nik=form.cleaned_data["nik"], kk=form.cleaned_data["kk"])
    if found and found.status in OPEN_STATUSES:
        return render(request, "beneficiaries/daftar/sudah-ada.html")
    return None


def _onward(draft, number: int, editing: bool):
    waiting = _missing(draft)
    if waiting is None and (editing or number + 1 == len(STEPS)):
        return redirect("daftar-periksa")
    if editing or number + 1 == len(STEPS):
        return redirect("daftar-langkah", waiting)
    return redirect("daftar-langkah", STEPS[number + 1].slug)


@require_http_methods(["GET", "POST"])
@with_draft
def check(request, draft):
    """All answers once more; sending them makes the application."""
    if drafts.receipt(request.session) and not draft.code:
        return redirect("daftar-bukti")
    if not draft.code:
        return redirect("daftar")
    if waiting := _missing(draft):
        return redirect("daftar-langkah", waiting)
    values = draft.values | {"born_on": date.fromisoformat(str(draft.values["born_on"]))}
    if request.method == "POST":
        return _send(request, draft, values)
    return _check_page(request, values)


def _check_page(request, values: dict, refused: str = "", status: int = 200):
    answers = answers_of(values)
    context = {
        "values": values,
        "region": Region.objects.get(code=values["rt"]),
        "sex": Person.Sex(values["sex"]).label,
        "answers": [(question, word, _page_of(question.name)) for question, word in in_words(answers)],
        "disagrees": not nik.agrees(values["nik"], values["born_on"], values["sex"]),
        "refused": refused,
    }
    return render(request, "beneficiaries/daftar/periksa.html", context, status=status)


def _page_of(name: str) -> str:
    return next((step.slug for step in STEPS if name in step.form.base_fields), "harta")


def _send(request, draft, values: dict):
    officer = request.user if draft.consent else None
    if officer is None and limits.hit("daftar", client_address(request) or "", SENT_PER_ADDRESS, 3600):
        return _too_often(request)
    stated = {name: values[name] for name in ("nik", "kk", "name", "born_on", "sex", "address", "phone", "members")}
    try:
        case = applications.submit(
                **stated, region=Region.objects.get(code=values["rt"]), answers=answers_of(values),
                needs=values["needs"], by=officer, code=draft.code, consent_text=CONSENT, **draft.consent,
            )  # fmt: skip
    except AlreadyOpen:
        return render(request, "beneficiaries/daftar/sudah-ada.html")
    except ApplicationError as error:
        return _check_page(request, values, refused=str(error), status=422)
    draft.end(case.code)
    return redirect("daftar-bukti")


@require_http_methods(["GET"])
@with_draft
def receipt(request, draft):
    """The proof: the code, what happens next and until when."""
    case = _sent(request)
    if case is None:
        return redirect("daftar")
    context = {
        "case": case, "steps": large_prints.steps(case), "qr": _qr(case.code),
        "helps": applications.may_help(request.user), "papers": attachments.of(case).count(),
        "paper_form": ConsentPaperForm() if _asks_paper(request, case) else None,
        "address": request.build_absolute_uri("/cek-status/").removeprefix("https://").removeprefix("http://"),
    }  # fmt: skip
    return render(request, "beneficiaries/daftar/bukti.html", context)


def _asks_paper(request, case: Application) -> bool:
    return applications.may_help(request.user) and applications.has_consent_paper(case)


def _sent(request) -> Application | None:
    """Returns the application that this visitor has sent."""
    code = drafts.receipt(request.session)
    return Application.objects.select_related("region", "submitted_by").filter(code=code).first() if code else None


@never_cache
@require_safe
def large_print(request):
    """The same proof in large print, as a file."""
    case = _sent(request)
    return redirect("daftar") if case is None else as_large_print(request, case)


def as_large_print(request, case: Application) -> HttpResponse:
    """Returns the receipt of an application in large print."""
    address = request.build_absolute_uri("/cek-status/").removeprefix("https://").removeprefix("http://")
    answer = HttpResponse(large_prints.render(case, address=address), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{large_prints.file_name(case)}"'
    return answer


@never_cache
@require_POST
def consent_paper(request):
    """A helper keeps the paper on which the family agreed, right after sending."""
    case = _sent(request)
    if case is None or not applications.may_help(request.user):
        return redirect("daftar")
    form = ConsentPaperForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            applications.attach_consent(application=case, papers=form.cleaned_data["papers"], by=request.user)
            messages.success(request, _("Surat persetujuan disimpan."))
        else:
            messages.error(request, form.errors["papers"][0])
    except ApplicationError as error:
        messages.error(request, str(error))
    return redirect("daftar-bukti")


def _qr(code: str) -> str:
    """Draws the code, and nothing else, for the officer's scanner."""
    drawing = segno.make(codes.pretty(code), error="m", micro=False)
    return mark_safe(drawing.svg_inline(border=2, dark="#000", light="#fff", omitsize=True))


@login_required
@never_cache
@require_safe
def helped(request):
    """For who helps families apply: the applications entered for them, and how far they are."""
    if not applications.may_help(request.user):
        raise PermissionDenied
    rows = Paginator(applications.helped_by(request.user), HELPED_PER_PAGE)
    context = {"page": rows.get_page(request.GET.get("halaman")), "today": timezone.localdate()}
    return render(request, "beneficiaries/daftar/dibantu.html", context)


@require_POST
def leave(request):
    """Takes draft and receipt off this device."""
    drafts.forget(request.session)
    messages.success(request, _("Isian Anda sudah dihapus dari HP ini."))
    return redirect("/")
