"""The handover desk at /penyaluran/: a code, a person, a receipt, the next code."""

import segno
from django.contrib.auth.decorators import login_required, permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bansos.models import Region
from bansos.privacy import note_list, note_page
from distribution import handovers
from distribution.forms import CodeForm, HandoverForm
from distribution.models import Entitlement, Handover, Round

SLIPS = _("Undangan untuk dicetak")
UNKNOWN = _("Kode ini tidak ada di wilayah Anda. Periksa lagi hurufnya di undangan.")


def for_desk(view):
    """Lets in those who may hand over, and keeps the page out of every cache."""
    guarded = permission_required("distribution.hand_over", raise_exception=True)(view)
    return never_cache(login_required(guarded))


@for_desk
@require_http_methods(["GET", "POST"])
def desk(request):
    form = CodeForm(request.POST if request.method == "POST" else None)
    entitlement = _entitlement(form, request.user)
    if entitlement:
        return _show(request, entitlement)
    return render(
        request,
        "distribution/penyaluran.html",
        {"form": form, "today": handovers.today(by=request.user), "rounds": handovers.open_rounds(by=request.user)},
    )


@for_desk
@require_POST
def hand_over(request):
    code = CodeForm(request.POST)
    entitlement = _entitlement(code, request.user)
    if entitlement is None:
        return desk(request)
    form = HandoverForm(request.POST, members=handovers.members(entitlement=entitlement))
    if not form.is_valid():
        return _show(request, entitlement, form)
    try:
        given = handovers.record(
            entitlement=entitlement,
            recipient=form.person,
            identity_seen=form.cleaned_data["identity_seen"],
            note=form.cleaned_data["note"],
            by=request.user,
        )
    except handovers.HandoverError as refusal:
        return _show(request, entitlement, form, refusal=str(refusal))
    return redirect("penyaluran-selesai", given.pk)


@for_desk
@require_GET
def done(request, handover_id: int):
    given = get_object_or_404(
        Handover.objects.for_officer(request.user).select_related("entitlement__round__programme", "recipient"),
        pk=handover_id,
    )
    return render(
        request,
        "distribution/penyaluran_selesai.html",
        {"given": given, "form": CodeForm(), "today": handovers.today(by=request.user)},
    )


@for_desk
@require_GET
def invitations(request, round_id: int, region: str = ""):
    """The slips of one RW, to print; without an RW the list of RW."""
    round = get_object_or_404(Round.objects.for_officer(request.user).handing_over(), pk=round_id)
    own = Entitlement.objects.for_officer(request.user).filter(round=round, status=Entitlement.Status.DIALOKASIKAN)
    if not region:
        return render(
            request, "distribution/undangan_daftar.html", {"round": round, "rows": handovers.by_rw(entitlements=own)}
        )
    place = get_object_or_404(Region, code=region, level=Region.Level.RW)
    slips = list(own.inside(region).select_related("household", "region").order_by("region", "rank"))
    for slip, head in zip(slips, handovers.heads(entitlements=slips), strict=True):
        slip.head, slip.qr = head, _qr(slip.code)
    families = [slip.household_id for slip in slips]
    note_list(request, subject=f"distribution.round:{round.pk}-undangan", what=SLIPS, families=families)
    return render(request, "distribution/undangan.html", {"round": round, "place": place, "slips": slips})


def _entitlement(form: CodeForm, user) -> Entitlement | None:
    """Returns what the code stands for, or None with the form telling why."""
    if not form.is_valid():
        return None
    found = handovers.find(code=form.cleaned_data["code"], by=user)
    if found is None:
        form.add_error("code", UNKNOWN)
    return found


def _show(request, entitlement: Entitlement, form: HandoverForm | None = None, refusal: str = ""):
    try:
        handovers.check(entitlement=entitlement, by=request.user)
    except handovers.HandoverError as error:
        refusal = refusal or str(error)
        form = None
    else:
        form = form or HandoverForm(members=handovers.members(entitlement=entitlement))
    note_page(request, entitlement.household, page="aid_page")
    return render(
        request,
        "distribution/penyaluran_hak.html",
        {
            "entitlement": entitlement,
            "head": handovers.heads(entitlements=[entitlement])[0],
            "form": form,
            "refusal": refusal,
            "given": Handover.objects.filter(entitlement=entitlement).first(),
        },
    )


def _qr(code: str) -> str:
    drawing = segno.make_qr(code, error="m").svg_inline(omitsize=True, border=2, title="Kode QR untuk dipindai petugas")
    return mark_safe(drawing)  # drawn here from our own code
