from beneficiaries.admin import application, criteria, duplicate, household, register_import, score

__all__ = ["application", "criteria", "duplicate", "household", "register_import", "score"]
