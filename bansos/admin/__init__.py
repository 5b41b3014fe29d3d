from bansos.admin import bulk, jobs, notifications, people, phone_keys, places

__all__ = ["bulk", "jobs", "notifications", "people", "phone_keys", "places"]
