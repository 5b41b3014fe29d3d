from bansos.models.access import DataAccess
from bansos.models.attachment import Attachment
from bansos.models.bulk import BulkAction, BulkRow
from bansos.models.erasure import Erasure
from bansos.models.holiday import Holiday
from bansos.models.job import Job
from bansos.models.notification import Notification
from bansos.models.phone_key import PhoneKey
from bansos.models.region import Region
from bansos.models.saved_filter import SavedFilter
from bansos.models.seal import AuditSeal
from bansos.models.user import Role, User

__all__ = [
    "Attachment",
    "AuditSeal",
    "BulkAction",
    "BulkRow",
    "DataAccess",
    "Erasure",
    "Holiday",
    "Job",
    "Notification",
    "PhoneKey",
    "Region",
    "Role",
    "SavedFilter",
    "User",
]
