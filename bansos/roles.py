"""What each role may do. Permissions come from this table alone, so that a change of role counts at once."""

from django.contrib.auth.backends import ModelBackend

from bansos.models import Role


def _crud(*names: str, verbs: str = "view add change delete") -> set[str]:
    return {f"{app}.{verb}_{model}" for app, model in (n.split(".") for n in names) for verb in verbs.split()}


def _view(*names: str) -> set[str]:
    return _crud(*names, verbs="view")


_REGISTER = ("beneficiaries.household", "beneficiaries.person")
_SEE_CASES = _view(
    *_REGISTER,
    "beneficiaries.columnmapping",
    "beneficiaries.outsidefact",
    "beneficiaries.registerimport",
    "beneficiaries.duplicatepair",
    "beneficiaries.application",
    "beneficiaries.verification",
    "beneficiaries.verificationevent",
    "beneficiaries.houseplace",
    "beneficiaries.stepdeadline",
    "beneficiaries.deputy",
    "beneficiaries.kinship",
    "beneficiaries.criteriaset",
    "beneficiaries.criterion",
    "beneficiaries.scoringrun",
    "beneficiaries.score",
    "beneficiaries.personcondition",
    "beneficiaries.personrule",
    "beneficiaries.deliberation",
    "beneficiaries.appeal",
    "beneficiaries.letter",
    "beneficiaries.familyevent",
    "distribution.programme",
    "distribution.round",
    "distribution.quota",
    "distribution.entitlement",
    "distribution.handover",
    "distribution.course",
    "distribution.meeting",
    "distribution.enrolment",
    "distribution.attendance",
    "feedback.complaint",
    "feedback.reply",
    "monitoring.monthlyreport",
    "monitoring.datarequest",
    "monitoring.retentionrule",
    "bansos.job",
    "bansos.bulkaction",
    "bansos.notification",
)
_SEE_MONEY = _view("distribution.fund", "distribution.fundentry", "distribution.partner")
_KELURAHAN = (
    _SEE_CASES
    | _crud(*_REGISTER, verbs="change")
    | _crud("beneficiaries.registerimport", verbs="add change")
    | _crud("beneficiaries.columnmapping", verbs="change delete")
    | {"beneficiaries.add_outsidefact"}
    | _crud("beneficiaries.duplicatepair", "beneficiaries.application", verbs="change")
    | _crud("beneficiaries.deliberation", verbs="add change")
    | _crud("beneficiaries.deputy", "beneficiaries.kinship", verbs="add change")
    | _crud("feedback.complaint", verbs="change")
    | _crud("distribution.meeting", "distribution.attendance", verbs="add change")
    | {
        "beneficiaries.assist_application",
        "beneficiaries.export_household",
        "beneficiaries.issue_letter",
        "beneficiaries.record_familyevent",
        "beneficiaries.reveal_identity",
        "beneficiaries.visit_application",
        "distribution.hand_over",
        "feedback.answer_complaint",
        "monitoring.answer_datarequest",
    }
)
_LURAH = _KELURAHAN | {
    "beneficiaries.decide_application",
    "beneficiaries.close_deliberation",
    "distribution.propose_round",
}
_KECAMATAN = (
    _SEE_CASES
    | _SEE_MONEY
    | _crud(
        "distribution.fund",
        "distribution.partner",
        "distribution.programme",
        "distribution.course",
        "distribution.meeting",
        "distribution.attendance",
        verbs="add change",
    )
    | _crud("distribution.round", "distribution.quota", verbs="add change delete")
    | _crud("feedback.complaint", "distribution.enrolment", verbs="change")
    | _crud("bansos.holiday")
    | _crud("beneficiaries.stepdeadline", verbs="add change")
    | _crud("beneficiaries.criteriaset", "beneficiaries.duplicatepair", "beneficiaries.registerimport", verbs="change")
    | _crud("beneficiaries.criterion", "beneficiaries.personrule", verbs="add change delete")
    | _crud("beneficiaries.personcondition", verbs="add change")
    | {
        "beneficiaries.export_household",
        "beneficiaries.reveal_identity",
        "beneficiaries.decide_appeal",
        "beneficiaries.visit_application",
        "beneficiaries.run_scoring",
        "beneficiaries.release_criteriaset",
        "distribution.propose_round",
        "distribution.hand_over",
        "feedback.answer_complaint",
        "monitoring.answer_datarequest",
        "monitoring.build_reports",
        "monitoring.download_reports",
        "distribution.export_programme",
        "beneficiaries.add_outsidefact",
        "distribution.import_programme",
        "distribution.export_fund",
        "distribution.import_fund",
        "bansos.import_holiday",
        "bansos.export_holiday",
    }
)

PERMISSIONS: dict[str, set[str]] = {
    Role.ADMIN: _SEE_CASES
    | _SEE_MONEY
    | _crud("bansos.user", verbs="view add change")
    | _crud("bansos.region", verbs="view add change")
    | _crud("bansos.holiday")
    | _crud("monitoring.retentionrule", verbs="add")
    | _view("bansos.dataaccess"),
    Role.CAMAT: _SEE_CASES
    | _SEE_MONEY
    | {
        "beneficiaries.export_household",
        "beneficiaries.release_criteriaset",
        "beneficiaries.decide_appeal",
        "distribution.approve_round",
        "monitoring.download_reports",
        "feedback.answer_complaint",
    }
    | _crud("feedback.complaint", verbs="change"),
    Role.KESRA: _KECAMATAN,
    Role.LURAH: _LURAH | {"monitoring.download_reports"},
    Role.STAF: _KELURAHAN | {"beneficiaries.decide_application"},
    Role.RW: {"beneficiaries.verify_application"},
    Role.RT: {"beneficiaries.assist_application", "beneficiaries.verify_application"},
    Role.KADER: {"beneficiaries.assist_application"},
    Role.EVALUATOR: {"monitoring.download_reports"},
    Role.AUDITOR: _SEE_CASES
    | _SEE_MONEY
    | _view("bansos.dataaccess", "bansos.user")
    | {"beneficiaries.export_household", "monitoring.download_reports"},
}


class RoleBackend(ModelBackend):
    """Signs in by user name and password, and answers permissions from the role."""

    def get_group_permissions(self, user_obj, obj=None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return PERMISSIONS.get(user_obj.role, set())

    def get_user_permissions(self, user_obj, obj=None) -> set[str]:
        return set()

    def get_all_permissions(self, user_obj, obj=None) -> set[str]:
        return self.get_group_permissions(user_obj, obj)
