from beneficiaries.admin import application, duplicate, household, register_import

__all__ = ["application", "duplicate", "household", "register_import"]
