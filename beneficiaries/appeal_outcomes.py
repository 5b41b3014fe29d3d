"""What an accepted appeal sets in motion: its kelurahan is told, and the family waits for the next musyawarah.

The sentences name nobody, as those about its deadline.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos import notifications
from bansos.codes import pretty
from bansos.models import Notification, Role, User
from beneficiaries import kinship
from beneficiaries.models import Appeal, DeliberationCase
from beneficiaries.models.appeal import AppealStatus

About = Appeal.About
HEARD_DAYS = 183  # how long an accepted appeal asks for a musyawarah: six months
# What the kelurahan does next, by what the appeal was about.
NEXT = {
    About.DITOLAK: gettext_lazy("Permohonannya diputuskan lagi oleh orang lain."),
    About.DAFTAR: gettext_lazy("Periksa lagi datanya. Keluarga ini ada di pilihan musyawarah berikutnya."),
    About.TIDAK_PANTAS: gettext_lazy("Datangi rumahnya dan betulkan datanya. Bahas keluarganya dalam musyawarah."),
    About.TERLEWAT: gettext_lazy("Datangi rumahnya. Betulkan datanya, atau bantu mendaftar bila belum tercatat."),
}


def tell(appeal: Appeal) -> None:
    """Tells the kelurahan of an appeal that was accepted just now, in the transaction of the answer.

    Relatives of the family are left out, as far as the family is known.
    """
    code = appeal.region.kelurahan_code
    office = User.objects.filter(role__in=[Role.STAF, Role.LURAH], region=code, is_active=True)
    index = appeal.application.kk_index if appeal.application else appeal.kk_index
    words = {"code": pretty(appeal.code), "place": appeal.region.label, "next": NEXT[About(appeal.about)]}
    notifications.tell(
        notifications.Message(
            recipient=user, kind=Notification.Kind.KEPUTUSAN, subject="appeal", subject_id=appeal.pk,
            sentence=_("Keberatan %(code)s, %(place)s, diterima kecamatan. %(next)s") % words, occasion="diterima",
            region_id=appeal.region_id, link=_link(appeal),
        )
        for user in office
        if index is None or not kinship.is_kin(user, index)
    )  # fmt: skip


def _link(appeal: Appeal) -> str:
    if appeal.about == About.DITOLAK:
        return f"/admin/beneficiaries/application/{appeal.application_id}/change/"
    return f"/admin/beneficiaries/appeal/{appeal.pk}/change/"


def of_household() -> Exists:
    """A condition on households: an accepted appeal about the family that no musyawarah has heard since."""
    since = timezone.now() - timedelta(days=HEARD_DAYS)
    heard = DeliberationCase.objects.filter(
        household=OuterRef(OuterRef("pk")), deliberation__decided_at__gte=OuterRef("decided_at")
    )
    family = Q(kk_index=OuterRef("kk_index")) | Q(about=About.DAFTAR, application__household=OuterRef("pk"))
    return Exists(Appeal.objects.filter(family, ~Exists(heard), status=AppealStatus.DITERIMA, decided_at__gte=since))
