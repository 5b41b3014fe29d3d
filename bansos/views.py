"""Sign-in, the state of a job, attachments, and the pages for what went wrong."""

import hashlib
import sys

from django import forms
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from redis.exceptions import RedisError

from bansos import attachments, crypto, limits, phone_keys, privacy, remembered
from bansos.models import Attachment, Job, Role
from bansos.models.user import FIELD_ROLES
from bansos.scope import covers


class SignInForm(AuthenticationForm):
    """User name and password; too many wrong ones for a name make it wait a quarter of an hour.

    An RT, RW or kader may write the mobile number for the name and the kelurahan's one-time code for the password,
    and have the phone remembered.
    """

    ingat = forms.BooleanField(
        label=_("Ingat HP ini 30 hari"),
        help_text=_("Untuk RT, RW, dan kader. Jangan di HP orang lain."),
        required=False,
    )
    by_code = False
    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _("Nama pengguna atau kata sandi salah. Periksa lagi, huruf besar dan kecil berbeda."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Nama pengguna atau nomor HP")
        self.fields["password"].label = _("Kata sandi atau kode dari kelurahan")

    def clean(self):
        if typed := self.cleaned_data.get("username"):
            self.cleaned_data["username"] = phone_keys.username_of(typed)
        name = self.cleaned_data.get("username", "").lower()
        self.counted = crypto.blind_index(name, "masuk").hex()
        if name and limits.hit("masuk", self.counted, limit=10, seconds=900):
            raise forms.ValidationError(_("Terlalu banyak percobaan. Coba lagi lima belas menit lagi."))
        try:
            return super().clean()
        except forms.ValidationError:
            name, code = self.cleaned_data.get("username"), self.cleaned_data.get("password")
            self.user_cache = phone_keys.redeem(username=name, code=code) if name and code else None
            if self.user_cache is None:
                raise
            self.by_code = True
            return self.cleaned_data


class SignIn(LoginView):
    template_name = "bansos/masuk.html"
    authentication_form = SignInForm

    def dispatch(self, request, *args, **kwargs):
        """Leads a locked phone to its PIN, unless its owner forgot it or another person signs in (`?lain`)."""
        if getattr(request, "locked_officer", None) and request.method == "GET" and "lain" not in request.GET:
            return redirect_to_login(self.get_redirect_url(), reverse("masuk-pin"))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        answer = super().form_valid(form)
        limits.forget("masuk", form.counted)
        officer = form.get_user()
        if form.cleaned_data["ingat"] and officer.role in FIELD_ROLES:
            remembered.begin(self.request, new_pin=form.by_code or not phone_keys.has_pin(officer))
        else:
            remembered.forget(self.request)
        return answer


class PinForm(forms.Form):
    """The PIN of a remembered phone; `new` asks for it twice."""

    pin = forms.CharField(
        label=_("PIN 6 angka"),
        max_length=6,
        widget=forms.PasswordInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": phone_keys.PIN_ODD, "max_length": phone_keys.PIN_ODD},
    )
    again = forms.CharField(
        label=_("Tulis PIN sekali lagi"),
        required=False,
        max_length=6,
        widget=forms.PasswordInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"max_length": phone_keys.PIN_DIFFERS},
    )

    def __init__(self, *args, new: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if new:
            self.fields["pin"].help_text = _("Pilih angka yang mudah Anda ingat, bukan tanggal lahir.")
        else:
            del self.fields["again"]


@never_cache
@require_http_methods(["GET", "POST"])
def phone_pin(request):
    """Opens a remembered phone that was not used for a while, or lets its owner choose the PIN first."""
    officer = getattr(request, "locked_officer", None)
    if officer is None:
        return redirect("setelah-masuk")
    new, onward = remembered.wants_new_pin(request), request.POST.get("next") or request.GET.get("next") or ""
    form = PinForm(request.POST if request.method == "POST" else None, new=new)
    if form.is_valid():
        try:
            if new:
                phone_keys.choose_pin(officer=officer, pin=form.cleaned_data["pin"], again=form.cleaned_data["again"])
            else:
                phone = hashlib.sha256(request.session.session_key.encode()).hexdigest()
                phone_keys.check_pin(officer=officer, pin=form.cleaned_data["pin"], phone=phone)
        except phone_keys.PinEnded:
            logout(request)
            return render(request, "bansos/pin-habis.html", status=403)
        except phone_keys.PhoneKeyError as error:
            form.add_error("pin", str(error))
        else:
            remembered.unlock(request, form.cleaned_data["pin"])
            safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
            return redirect(onward if safe else "setelah-masuk")
    context = {"form": form, "officer": officer, "new": new, "next": onward}
    return render(request, "bansos/pin.html", context, status=422 if form.errors else 200)


class SignOut(LogoutView):
    """Signs out, and tells the browser to forget what the field pages kept on the phone."""

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if request.method == "POST":
            response.headers["Clear-Site-Data"] = '"storage"'
        return response


def wait(request, sentence):
    """Answers somebody who has asked too often; `sentence` says how long to wait."""
    return render(request, "bansos/tunggu.html", {"sentence": sentence}, status=429)


@login_required
@require_GET
def after_sign_in(request):
    """Sends each role to its first page."""
    if request.user.role in {Role.RT, Role.RW}:
        return redirect("verifikasi")
    if request.user.role == Role.KADER:
        return redirect("dibantu")
    if request.user.role == Role.EVALUATOR:
        return redirect("laporan")
    return redirect("admin:index")


@login_required
@never_cache
@require_GET
def job_state(request, job_id: int):
    """Returns a job's progress as JSON, for the bar that asks every two seconds."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or not (job.created_by_id == request.user.pk or covers(request.user, job.region_id)):
        raise Http404
    return JsonResponse(
        {
            "state": job.state,
            "label": job.get_state_display(),
            "percent": job.percent,
            "progress": job.progress,
            "total": job.total,
            "message": job.message,
        }
    )


@login_required
@never_cache
@require_GET
def attachment(request, pk: int):
    """Sends a photo or a PDF to who may open it, and records the look. What it holds cannot act in our pages."""
    found = get_object_or_404(Attachment.objects.kept(), pk=pk)
    if not attachments.may_open(request.user, found):
        raise Http404
    attachments.record_look(attachment=found, by=request.user, address=privacy.client_address(request))
    response = HttpResponse(attachments.body_of(found), content_type=attachments.TYPES[found.kind])
    how = "attachment" if found.kind == Attachment.Kind.PDF else "inline"
    response.headers["Content-Disposition"] = f'{how}; filename="lampiran-{found.pk}.{found.kind}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def forbidden(request, exception=None):
    return render(request, "bansos/403.html", status=403)


def not_found(request, exception=None):
    return render(request, "bansos/404.html", status=404)


def broken(request):
    """Says in words that something failed, without asking the database or the cache: they may be what failed (503)."""
    away = isinstance(sys.exception(), (OperationalError, InterfaceError, RedisError))
    context = {"away": away, "user": AnonymousUser()}  # the real one is read from the database
    response = render(request, "bansos/500.html", context, status=503 if away else 500)
    if away:
        response.headers["Retry-After"] = "60"
    return response
