from beneficiaries.admin import criteria, score  # noqa: F401
