from bansos.admin import jobs, notifications, people, places

__all__ = ["jobs", "notifications", "people", "places"]
