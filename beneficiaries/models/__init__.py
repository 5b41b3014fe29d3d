from beneficiaries.models.appeal import Appeal
from beneficiaries.models.application import Application, Verification
from beneficiaries.models.criteria import CriteriaSet, Criterion
from beneficiaries.models.deliberation import Deliberation, DeliberationAttendance, DeliberationCase
from beneficiaries.models.duplicate import DuplicatePair
from beneficiaries.models.household import Household, Person
from beneficiaries.models.offline import VerificationEvent
from beneficiaries.models.person_condition import PersonAid, PersonCondition, PersonRule
from beneficiaries.models.register import ImportRow, RegisterImport
from beneficiaries.models.score import Score, ScoringChunk, ScoringRun

__all__ = [
    "Appeal",
    "Application",
    "CriteriaSet",
    "Criterion",
    "Deliberation",
    "DeliberationAttendance",
    "DeliberationCase",
    "DuplicatePair",
    "Household",
    "ImportRow",
    "Person",
    "PersonAid",
    "PersonCondition",
    "PersonRule",
    "RegisterImport",
    "Score",
    "ScoringChunk",
    "ScoringRun",
    "Verification",
    "VerificationEvent",
]
