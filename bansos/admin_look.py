"""Unfold's settings: our palette, our mark, and the menu in the order of an office's month."""

from functools import cache
from typing import Any

from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

_menu: list[str] = []  # names of the addresses that the menu leads to


def _link(title, icon: str, name: str, permission: str) -> dict:
    _menu.append(name)
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(name),
        "permission": lambda request: request.user.has_perm(permission),
        "active": lambda request: _address(name) == nearest(request.path),
    }


@cache  # a page asks a thousand times
def _address(name: str) -> str:
    return reverse(name)


def nearest(path: str) -> str:
    """Returns the link of the menu that a page lies under; of several the longest, so that one alone is marked."""
    return max((link for link in map(_address, _menu) if path.startswith(link)), key=len, default="")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "bansos",
    "SITE_HEADER": "bansos",
    "SITE_SUBHEADER": "Kecamatan Duren Sawit",
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("favicon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")},
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "monitoring.dashboard.callback",
    "STYLES": [lambda request: static("admin-look.css")],
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "#eaf4f0",
            "100": "#d6e8e1",
            "200": "#a3cdc0",
            "300": "#84d6c1",
            "400": "#559b8a",
            "500": "#2f7262",
            "600": "#0f5c4d",
            "700": "#0c4d41",
            "800": "#0a4035",
            "900": "#07342b",
            "950": "#06231c",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {"title": _("Beranda"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
                ]
            },
            {
                "title": _("Keluarga"),
                "separator": True,
                "items": [
                    _link(
                        _("Keluarga"),
                        "home",
                        "admin:beneficiaries_household_changelist",
                        "beneficiaries.view_household",
                    ),
                    _link(_("Warga"), "person", "admin:beneficiaries_person_changelist", "beneficiaries.view_person"),
                    _link(
                        _("Peristiwa keluarga"),
                        "family_history",
                        "admin:beneficiaries_familyevent_changelist",
                        "beneficiaries.view_familyevent",
                    ),
                    _link(
                        _("Impor register"),
                        "upload_file",
                        "admin:beneficiaries_registerimport_changelist",
                        "beneficiaries.view_registerimport",
                    ),
                    _link(
                        _("Data dari luar"),
                        "download",
                        "admin:beneficiaries_outsidefact_changelist",
                        "beneficiaries.view_outsidefact",
                    ),
                    _link(
                        _("Kemungkinan ganda"),
                        "content_copy",
                        "admin:beneficiaries_duplicatepair_changelist",
                        "beneficiaries.view_duplicatepair",
                    ),
                    _link(
                        _("Permohonan"),
                        "description",
                        "admin:beneficiaries_application_changelist",
                        "beneficiaries.view_application",
                    ),
                    _link(
                        _("Penugasan RT/RW"),
                        "assignment_ind",
                        "admin:beneficiaries_penugasan",
                        "beneficiaries.view_application",
                    ),
                    _link(
                        _("Pengganti"),
                        "swap_horiz",
                        "admin:beneficiaries_deputy_changelist",
                        "beneficiaries.view_deputy",
                    ),
                    _link(_("Surat"), "mail", "admin:beneficiaries_letter_changelist", "beneficiaries.view_letter"),
                    _link(
                        _("Jawaban dari HP"),
                        "sync_problem",
                        "admin:beneficiaries_verificationevent_changelist",
                        "beneficiaries.view_verificationevent",
                    ),
                    _link(
                        _("Musyawarah"),
                        "groups",
                        "admin:beneficiaries_deliberation_changelist",
                        "beneficiaries.view_deliberation",
                    ),
                ],
            },
            {
                "title": _("Kriteria"),
                "separator": True,
                "items": [
                    _link(
                        _("Kriteria"),
                        "rule",
                        "admin:beneficiaries_criteriaset_changelist",
                        "beneficiaries.view_criteriaset",
                    ),
                    _link(
                        _("Penilaian"),
                        "calculate",
                        "admin:beneficiaries_scoringrun_changelist",
                        "beneficiaries.view_scoringrun",
                    ),
                    _link(
                        _("Lansia, disabilitas, anak"),
                        "elderly",
                        "admin:beneficiaries_personcondition_changelist",
                        "beneficiaries.view_personcondition",
                    ),
                ],
            },
            {
                "title": _("Penyaluran"),
                "separator": True,
                "items": [
                    _link(
                        _("Program"),
                        "volunteer_activism",
                        "admin:distribution_programme_changelist",
                        "distribution.view_programme",
                    ),
                    _link(_("Dana"), "account_balance", "admin:distribution_fund_changelist", "distribution.view_fund"),
                    _link(
                        _("Putaran"), "event_repeat", "admin:distribution_round_changelist", "distribution.view_round"
                    ),
                    _link(
                        _("Hak penerima"),
                        "redeem",
                        "admin:distribution_entitlement_changelist",
                        "distribution.view_entitlement",
                    ),
                    _link(
                        _("Belum pernah dibantu"),
                        "person_search",
                        "admin:distribution_belum_dibantu",
                        "distribution.view_entitlement",
                    ),
                    _link(
                        _("Menerima ganda"),
                        "stacks",
                        "admin:distribution_menerima_ganda",
                        "distribution.view_entitlement",
                    ),
                    _link(
                        _("Beda dengan desil"),
                        "compare_arrows",
                        "admin:distribution_beda_desil",
                        "distribution.view_entitlement",
                    ),
                    _link(_("Pelatihan"), "school", "admin:distribution_course_changelist", "distribution.view_course"),
                ],
            },
            {
                "title": _("Suara warga"),
                "separator": True,
                "items": [
                    _link(_("Pengaduan"), "forum", "admin:feedback_complaint_changelist", "feedback.view_complaint"),
                    _link(
                        _("Permintaan data"),
                        "shield_person",
                        "admin:monitoring_datarequest_changelist",
                        "monitoring.view_datarequest",
                    ),
                    _link(
                        _("Keberatan"), "gavel", "admin:beneficiaries_appeal_changelist", "beneficiaries.view_appeal"
                    ),
                ],
            },
            {
                "title": _("Pemantauan"),
                "separator": True,
                "items": [
                    _link(
                        _("Laporan bulanan"),
                        "bar_chart",
                        "admin:monitoring_monthlyreport_changelist",
                        "monitoring.view_monthlyreport",
                    ),
                    _link(
                        _("Tindakan massal"),
                        "checklist",
                        "admin:bansos_bulkaction_changelist",
                        "bansos.view_bulkaction",
                    ),
                    _link(_("Pesan"), "mail", "admin:bansos_notification_changelist", "bansos.view_notification"),
                    _link(_("Pekerjaan"), "schedule", "admin:bansos_job_changelist", "bansos.view_job"),
                    _link(
                        _("Akses data pribadi"),
                        "visibility",
                        "admin:bansos_dataaccess_changelist",
                        "bansos.view_dataaccess",
                    ),
                ],
            },
            {
                "title": _("Pengaturan"),
                "separator": True,
                "items": [
                    _link(_("Pengguna"), "group", "admin:bansos_user_changelist", "bansos.view_user"),
                    _link(_("HP RT dan RW"), "smartphone", "admin:bansos_phonekey_changelist", "bansos.view_phonekey"),
                    _link(_("Wilayah"), "map", "admin:bansos_region_changelist", "bansos.view_region"),
                    _link(
                        _("Tenggat langkah"),
                        "timer",
                        "admin:beneficiaries_stepdeadline_changelist",
                        "beneficiaries.view_stepdeadline",
                    ),
                    _link(
                        _("Keluarga petugas"),
                        "diversity_1",
                        "admin:beneficiaries_kinship_changelist",
                        "beneficiaries.view_kinship",
                    ),
                    _link(
                        _("Masa simpan"),
                        "auto_delete",
                        "admin:monitoring_retentionrule_changelist",
                        "monitoring.view_retentionrule",
                    ),
                    _link(_("Hari libur"), "event_busy", "admin:bansos_holiday_changelist", "bansos.view_holiday"),
                ],
            },
        ],
    },
}
