from monitoring.models.data_request import DataRequest
from monitoring.models.report import MonthlyReport
from monitoring.models.retention import RetentionRule

__all__ = ["DataRequest", "MonthlyReport", "RetentionRule"]
