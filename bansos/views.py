"""Sign-in, the state of a job, attachments, and the pages for what went wrong."""

import sys

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LoginView, LogoutView
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from redis.exceptions import RedisError

from bansos import attachments, limits, privacy
from bansos.models import Attachment, Job, Role
from bansos.scope import covers


class SignInForm(AuthenticationForm):
    """User name and password; too many wrong ones for a name make it wait a quarter of an hour."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _("Nama pengguna atau kata sandi salah. Periksa lagi, huruf besar dan kecil berbeda."),
    }

    def clean(self):
        name = self.cleaned_data.get("username", "").lower()
        if name and limits.hit("masuk", name, limit=10, seconds=900):
            raise forms.ValidationError(_("Terlalu banyak percobaan. Coba lagi lima belas menit lagi."))
        return super().clean()


class SignIn(LoginView):
    template_name = "bansos/masuk.html"
    authentication_form = SignInForm


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
