"""What the phone of an RT or RW asks for in the background: the pack, a place for its answers, and the shell.

The shell is the page "Belum terkirim". It holds no family; the service worker shows it for every address under
/verifikasi/ when there is no network, and the script fills it from the phone.
"""

import hashlib
import json
from functools import wraps
from pathlib import Path

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from bansos import remembered
from beneficiaries import offline, photos
from beneficiaries.forms import OTHER, REASONS, PhotoForm, ReasonForm
from beneficiaries.models import MissedVisit, Verification, VerificationEvent
from beneficiaries.verification import CAME_ONCE, NEVER_CAME, TURNS
from beneficiaries.views.verify import ABSENCES, OFFERED, verifier_only

SHELL = "beneficiaries/verifikasi/belum-terkirim.html"
FILES = ("look.css", "verifikasi.js")
AT_ONCE = 50  # answers in one request; the phone sends ten
Presence = Verification.Presence
NO_ANSWER = _("Jawaban untuk foto ini tidak ada di server.")
NO_PHOTO = _("Fotonya kosong. Foto lagi.")
BROKEN = _("Jawaban ini tidak lengkap. Jawab ulang rumah ini.")
BROKEN_VISIT = _("Kunjungan ini tidak lengkap. Catat lagi kunjungan rumah ini.")


def phone_call(view):
    """Lets the script of an RT or RW in; anybody else gets 403, on which the phone asks to sign in again."""

    @never_cache
    @wraps(view)
    def call(request):
        user = request.user
        if user.is_authenticated and user.role in TURNS and user.has_perm("beneficiaries.verify_application"):
            return view(request)
        return JsonResponse({"alasan": "masuk"}, status=403)

    return call


def _shell_context() -> dict:
    return {
        "absences": OFFERED,
        "whys": MissedVisit.Why,
        "reasons": [(result.value, [*map(str, words), str(OTHER)]) for result, words in REASONS.items()],
        "words": {
            "bentuk": offline.FORM_VERSION,
            "kata": {one.value: str(one.label) for one in (*Presence, *Verification.JUDGEMENTS, *MissedVisit.Why)},
            "belum": [str(NEVER_CAME), str(CAME_ONCE)],
            "tidak_hadir": {presence.value: result.value for presence, result in ABSENCES.items()},
        },
    }


@require_GET
@verifier_only
def shell(request):
    """The answers that wait on this phone; with `?luring` the copy to keep, which names no officer."""
    return render(request, SHELL, _shell_context() | {"bare": "luring" in request.GET})


@require_GET
@never_cache
def worker(request):
    """The service worker, with the addresses it keeps; its text changes when one of those files changes."""
    sources = [Path(finders.find(name)).read_bytes() for name in FILES]
    mark = hashlib.sha256(b"".join([render_to_string(SHELL, _shell_context()).encode(), *sources])).hexdigest()[:12]
    files = [f"{reverse('verifikasi-belum-terkirim')}?luring", *map(static, FILES)]
    head = f"const SHELL = {json.dumps({'version': mark, 'files': files})};\n"
    return HttpResponse(head + Path(finders.find("sw.js")).read_text(), content_type="text/javascript")


@require_GET
@phone_call
@ensure_csrf_cookie  # inside: a refusal must not change the token of a sign-in page that is open
def pack(request):
    """The families to take along, and what asks for the PIN on a remembered phone."""
    return JsonResponse(offline.pack(by=request.user) | {"kunci": remembered.lock(request)})


@require_POST
@phone_call
def receive(request):
    """Takes answers in their order and acknowledges each; those of another person are not taken at all."""
    try:
        body = json.loads(request.body)
        owner, sent = body["petugas"], body["kejadian"]
    except (ValueError, KeyError, TypeError):
        return HttpResponseBadRequest()
    if owner != request.user.pk:
        return JsonResponse({"alasan": "pengguna"}, status=409)
    if not isinstance(sent, list) or len(sent) > AT_ONCE or not all(isinstance(event, dict) for event in sent):
        return HttpResponseBadRequest()
    results = [_acknowledge(event, request.user) for event in sent]
    return JsonResponse({"hasil": results, "waktu": offline.clock(timezone.now())})


class PhotoEventForm(PhotoForm):
    """The photo that belongs to an answer, sent once the answer has its receipt."""

    petugas = forms.IntegerField()
    uuid = forms.UUIDField()


@require_POST
@phone_call
def photo(request):
    """Takes the photo of one house; sent again it is known. A photo never holds an answer up."""
    form = PhotoEventForm(request.POST, request.FILES)
    if not form.is_valid() and set(form.errors) != {"foto"}:
        return HttpResponseBadRequest()
    if form.cleaned_data["petugas"] != request.user.pk:
        return JsonResponse({"alasan": "pengguna"}, status=409)
    if form.errors:
        return JsonResponse({"hasil": offline.REFUSED, "alasan": form.errors["foto"][0]})
    sent = VerificationEvent.objects.filter(uuid=form.cleaned_data["uuid"], by=request.user)
    event, content = sent.select_related("verification", "application").first(), form.cleaned_data["foto"]
    if event is None or content is None:
        return JsonResponse({"hasil": offline.REFUSED, "alasan": str(NO_ANSWER if content else NO_PHOTO)})
    photos.add(about=event, content=content, by=request.user)
    return JsonResponse({"hasil": "diterima"})


class PhoneForm(forms.Form):
    """What everything a phone keeps has in common, read from JSON."""

    uuid = forms.UUIDField()
    rumah = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    waktu_hp = forms.CharField(required=False, max_length=40)

    def clean_waktu_hp(self):
        """A clock that says nonsense never costs an answer."""
        try:
            moment = parse_datetime(self.cleaned_data["waktu_hp"])
        except ValueError:
            return None
        return moment if moment and timezone.is_aware(moment) else None


class VisitForm(PhoneForm):
    """One visit at which nobody was met."""

    kunjungan = forms.CharField(required=False, max_length=20)


class EventForm(PhoneForm):
    """One answer."""

    versi_dasar = forms.CharField(max_length=12)
    versi_form = forms.IntegerField(min_value=0, max_value=32767)
    tempat = forms.CharField(required=False, max_length=80)
    isi = forms.JSONField()

    def clean_isi(self):
        """Returns the contents as the verb takes them; the same reasons count as on the pages."""
        stated = self.cleaned_data["isi"]
        if not isinstance(stated, dict) or stated.get("hadir") not in Presence.values:
            raise forms.ValidationError(BROKEN)
        presence, wrong = Presence(stated["hadir"]), stated.get("salah") or []
        result = ABSENCES.get(presence) or stated.get("hasil")
        if result not in Verification.JUDGEMENTS or not (
            isinstance(wrong, list) and all(isinstance(n, str) for n in wrong)
        ):
            raise forms.ValidationError(BROKEN)
        reason = ReasonForm(stated, presence=presence, result=result)
        if not reason.is_valid():
            raise forms.ValidationError([message for errors in reason.errors.values() for message in errors])
        return {"presence": presence.value, "result": str(result), "reason": reason.reason, "wrong_facts": wrong}


def _acknowledge(event: dict, by) -> dict:
    return _acknowledge_visit(event, by) if "kunjungan" in event else _acknowledge_answer(event, by)


def _acknowledge_visit(event: dict, by) -> dict:
    form, uuid = VisitForm(event), str(event.get("uuid"))
    if not form.is_valid():
        return {"uuid": uuid, "hasil": offline.REFUSED, "alasan": str(BROKEN_VISIT)}
    stated = form.cleaned_data
    receipt, visits = offline.receive_visit(
        uuid=stated["uuid"], application_id=stated["rumah"], why=stated["kunjungan"], phone_time=stated["waktu_hp"],
        by=by,
    )  # fmt: skip
    return {
        "uuid": uuid, "hasil": str(receipt.outcome), "alasan": receipt.sentence, "rumah": visits,
        "waktu": offline.clock(timezone.now()),
    }  # fmt: skip


def _acknowledge_answer(event: dict, by) -> dict:
    form, uuid = EventForm(event), str(event.get("uuid"))
    if not form.is_valid():
        sentence = form.errors["isi"][0] if "isi" in form.errors else str(BROKEN)
        return {"uuid": uuid, "hasil": offline.REFUSED, "alasan": sentence}
    stated = form.cleaned_data
    receipt = offline.receive(
        answer=offline.Answer(
            uuid=stated["uuid"], application_id=stated["rumah"], base_version=stated["versi_dasar"],
            form_version=stated["versi_form"], contents=stated["isi"], phone_time=stated["waktu_hp"],
            place=stated["tempat"],
        ),
        by=by,
    )  # fmt: skip
    made, outcome = receipt.event, receipt.outcome
    more: dict = {"nomor": made.verification_id, "waktu": offline.clock(made.received_at)} if made else {}
    if made and made.outcome == made.Outcome.KONFLIK:
        more["konflik"] = made.pk
    if made and made.outcome == made.Outcome.KUNJUNGAN:  # older scripts know three words that let an answer go
        outcome = outcome if outcome != made.outcome else made.Outcome.DITERIMA
        more |= {"kunjungan": receipt.sentence, "rumah": offline.visits(made.application)}
        return {"uuid": uuid, "hasil": str(outcome), "alasan": ""} | more
    return {"uuid": uuid, "hasil": str(outcome), "alasan": receipt.sentence} | more
