from monitoring.admin import data_request, reports, retention

__all__ = ["data_request", "reports", "retention"]
