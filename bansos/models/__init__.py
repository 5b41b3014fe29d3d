from bansos.models.access import DataAccess
from bansos.models.holiday import Holiday
from bansos.models.job import Job
from bansos.models.notification import Notification
from bansos.models.region import Region
from bansos.models.seal import AuditSeal
from bansos.models.user import Role, User

__all__ = ["AuditSeal", "DataAccess", "Holiday", "Job", "Notification", "Region", "Role", "User"]
