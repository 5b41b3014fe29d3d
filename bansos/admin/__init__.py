from bansos.admin import bulk, jobs, notifications, people, places

__all__ = ["bulk", "jobs", "notifications", "people", "places"]
