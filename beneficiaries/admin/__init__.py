from beneficiaries.admin import application  # noqa: F401
