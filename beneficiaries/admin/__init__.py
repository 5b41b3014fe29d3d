from beneficiaries.admin import application, criteria, duplicate, household, offline, register_import, score

__all__ = ["application", "criteria", "duplicate", "household", "offline", "register_import", "score"]
