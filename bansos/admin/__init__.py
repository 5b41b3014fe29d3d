from bansos.admin import jobs, people, places

__all__ = ["jobs", "people", "places"]
