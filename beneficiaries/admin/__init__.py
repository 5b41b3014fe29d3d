from beneficiaries.admin import duplicate, household, register_import  # noqa: F401
