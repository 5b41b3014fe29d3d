from distribution.models.catalogue import Fund, FundEntry, Partner, Programme
from distribution.models.handover import Handover
from distribution.models.round import Entitlement, Quota, Round
from distribution.models.training import Attendance, Course, Enrolment, Meeting

__all__ = [
    "Attendance",
    "Course",
    "Enrolment",
    "Entitlement",
    "Fund",
    "FundEntry",
    "Handover",
    "Meeting",
    "Partner",
    "Programme",
    "Quota",
    "Round",
]
