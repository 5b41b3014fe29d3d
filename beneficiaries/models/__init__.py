from beneficiaries.models.appeal import Appeal
from beneficiaries.models.application import Application, Verification
from beneficiaries.models.criteria import CriteriaSet, Criterion
from beneficiaries.models.deadline import StepDeadline
from beneficiaries.models.deliberation import Deliberation, DeliberationAttendance, DeliberationCase
from beneficiaries.models.deputy import Deputy
from beneficiaries.models.duplicate import DuplicatePair
from beneficiaries.models.handback import Handback
from beneficiaries.models.household import Household, Person
from beneficiaries.models.kinship import Kinship
from beneficiaries.models.offline import Settlement, VerificationEvent
from beneficiaries.models.register import ImportRow, RegisterImport
from beneficiaries.models.score import Score, ScoringRun

__all__ = [
    "Appeal",
    "Application",
    "CriteriaSet",
    "Criterion",
    "Deliberation",
    "DeliberationAttendance",
    "DeliberationCase",
    "Deputy",
    "DuplicatePair",
    "Handback",
    "Household",
    "ImportRow",
    "Kinship",
    "Person",
    "RegisterImport",
    "Score",
    "ScoringRun",
    "Settlement",
    "StepDeadline",
    "Verification",
    "VerificationEvent",
]
