from monitoring.models.report import MonthlyReport

__all__ = ["MonthlyReport"]
