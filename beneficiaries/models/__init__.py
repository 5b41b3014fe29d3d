from beneficiaries.models.appeal import Appeal
from beneficiaries.models.application import Application, Verification
from beneficiaries.models.criteria import CriteriaSet, Criterion
from beneficiaries.models.criteria_review import CriteriaReview
from beneficiaries.models.deadline import StepDeadline
from beneficiaries.models.deliberation import Deliberation, DeliberationAttendance, DeliberationCase
from beneficiaries.models.deputy import Deputy
from beneficiaries.models.duplicate import DuplicatePair
from beneficiaries.models.family_event import FamilyEvent, FamilyEventPerson
from beneficiaries.models.field_visit import FieldVisit
from beneficiaries.models.handback import Handback
from beneficiaries.models.house_photo import HousePhoto
from beneficiaries.models.house_place import HousePlace
from beneficiaries.models.household import Household, Person
from beneficiaries.models.kinship import Kinship
from beneficiaries.models.letter import Letter
from beneficiaries.models.missed_visit import MissedVisit
from beneficiaries.models.name_word import NameWord
from beneficiaries.models.offline import ConflictComment, Settlement, VerificationEvent
from beneficiaries.models.outside import OutsideFact
from beneficiaries.models.person_condition import PersonAid, PersonCondition, PersonRule
from beneficiaries.models.register import ColumnMapping, ImportRow, RegisterImport
from beneficiaries.models.score import Score, ScoringChunk, ScoringRun

__all__ = [
    "Appeal",
    "Application",
    "ColumnMapping",
    "ConflictComment",
    "CriteriaReview",
    "CriteriaSet",
    "Criterion",
    "Deliberation",
    "DeliberationAttendance",
    "DeliberationCase",
    "Deputy",
    "DuplicatePair",
    "FamilyEvent",
    "FamilyEventPerson",
    "FieldVisit",
    "Handback",
    "HousePhoto",
    "HousePlace",
    "Household",
    "ImportRow",
    "Kinship",
    "Letter",
    "MissedVisit",
    "NameWord",
    "OutsideFact",
    "Person",
    "PersonAid",
    "PersonCondition",
    "PersonRule",
    "RegisterImport",
    "Score",
    "ScoringChunk",
    "ScoringRun",
    "Settlement",
    "StepDeadline",
    "Verification",
    "VerificationEvent",
]
