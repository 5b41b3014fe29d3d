from monitoring.admin import reports

__all__ = ["reports"]
