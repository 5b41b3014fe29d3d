from bansos.admin import bulk, jobs, people, places

__all__ = ["bulk", "jobs", "people", "places"]
