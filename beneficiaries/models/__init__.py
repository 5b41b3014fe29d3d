from beneficiaries.models.application import Application, Verification
from beneficiaries.models.criteria import CriteriaSet, Criterion
from beneficiaries.models.duplicate import DuplicatePair
from beneficiaries.models.household import Household, Person
from beneficiaries.models.offline import VerificationEvent
from beneficiaries.models.register import ImportRow, RegisterImport
from beneficiaries.models.score import Score, ScoringRun

__all__ = [
    "Application",
    "CriteriaSet",
    "Criterion",
    "DuplicatePair",
    "Household",
    "ImportRow",
    "Person",
    "RegisterImport",
    "Score",
    "ScoringRun",
    "Verification",
    "VerificationEvent",
]
