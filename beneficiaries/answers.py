"""The questions about a family: their words, their choices, and what an answer may be.

Answers are kept by the names of `Household.FACTS`, and `head_works`. A question that may be answered with
"Saya tidak tahu" leaves its name out, so that nothing unknown counts for or against a family. The other facts of a
household may be stated too, by an officer or a file; /daftar/ does not ask for them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Field
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Household

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

YES_NO = ((True, _("Ya")), (False, _("Tidak")))
ELECTRICITY = (
    (0, _("Tanpa listrik")),
    (450, _("450 VA")),
    (900, _("900 VA")),
    (1300, _("1.300 VA")),
    (2200, _("2.200 VA atau lebih")),
)


@dataclass(frozen=True)
class Question:
    """One fact: `ask` for the resident, `label` for officers."""

    name: str
    ask: "StrOrPromise"
    label: "StrOrPromise"
    choices: tuple
    may_be_unknown: bool = False

    def word(self, value) -> str:
        """The answer as people read it."""
        return str(dict(self.choices).get(value, value))


_ALL = (
    Question("tenure", _("Anda tinggal di rumah siapa?"), _("Tempat tinggal"), tuple(Household.Tenure.choices)),
    Question("electricity_va", _("Berapa daya listrik di rumah?"), _("Listrik"), ELECTRICITY),
    Question("floor", _("Lantai rumah Anda terbuat dari apa?"), _("Lantai"), tuple(Household.Floor.choices), True),
    Question("wall", _("Dinding rumah Anda terbuat dari apa?"), _("Dinding"), tuple(Household.Wall.choices), True),
    Question("toilet", _("Keluarga Anda memakai jamban mana?"), _("Jamban"), tuple(Household.Toilet.choices)),
    Question("head_works", _("Apakah kepala keluarga bekerja?"), _("Kepala keluarga bekerja"), YES_NO),
    Question("feared_hunger", _("Setahun ini, pernah khawatir tidak bisa makan?"), _("Khawatir tidak makan"), YES_NO),
    Question(
        "food_over_half",
        _("Apakah lebih dari setengah uang habis untuk makan?"),
        _("Lebih separuh uang untuk makan"),
        YES_NO,
    ),
    Question("bought_clothes", _("Setahun ini, apakah Anda membeli pakaian?"), _("Membeli pakaian"), YES_NO),
    Question("has_car", _("Mobil"), _("Mobil"), YES_NO),
    Question("has_motorcycle", _("Motor"), _("Motor"), YES_NO),
    Question(
        "njop_over_1b",
        _("Tanah atau rumah bernilai di atas Rp1 miliar"),
        _("Properti di atas Rp1 miliar"),
        YES_NO,
    ),
    Question("branded_water", _("Minum air kemasan bermerek setiap hari"), _("Air kemasan bermerek"), YES_NO),
    Question(
        "civil_servant",
        _("Anggota keluarga yang ASN, TNI, Polri, atau pegawai BUMN"),
        _("ASN, TNI, Polri, BUMN"),
        YES_NO,
    ),
)
QUESTIONS = {question.name: question for question in _ALL}
ASSETS = ("has_car", "has_motorcycle", "njop_over_1b", "branded_water", "civil_servant")


def wrong(answers: dict) -> list[str]:
    """Returns the names whose answer is missing, unknown, or not one of its choices."""
    bad = [name for name in answers if name not in QUESTIONS and not _fits_register(name, answers[name])]
    for name, question in QUESTIONS.items():
        if name not in answers:
            bad += [] if question.may_be_unknown else [name]
        elif not any(value == answers[name] and type(value) is type(answers[name]) for value in _values(question)):
            bad.append(name)
    return bad


def _values(question: Question) -> list:
    return [str(value) if isinstance(value, str) else value for value, _word in question.choices]


def _fact_field(name: str) -> Field:
    return next(field for field in Household._meta.concrete_fields if field.name == name)


def _fits_register(name: str, value) -> bool:
    """Tells whether the register keeps such a fact and this may be its value."""
    if name not in Household.FACTS:
        return False
    try:
        clean = _fact_field(name).clean(value, None)
    except ValidationError:
        return False
    return clean == value and type(clean) is type(value)


def label(name: str) -> str:
    """Returns what officers call a fact; the name itself when nobody knows it."""
    if name in QUESTIONS:
        return str(QUESTIONS[name].label)
    return capfirst(str(_fact_field(name).verbose_name)) if name in Household.FACTS else name


def in_words(answers: dict) -> list[tuple[Question, str]]:
    """Returns each question with its answer as people read it, in the order of the form, then other facts stated."""
    more = [_register_question(name) for name in Household.FACTS if name in answers and name not in QUESTIONS]
    return [
        (question, question.word(answers[question.name]) if question.name in answers else str(_("Tidak tahu")))
        for question in (*_ALL, *more)
    ]


def _register_question(name: str) -> Question:
    """Returns a fact of the register as a question nobody is asked."""
    field = _fact_field(name)
    choices = YES_NO if field.get_internal_type() == "BooleanField" else tuple(field.choices or ())
    return Question(name, label(name), label(name), choices)
