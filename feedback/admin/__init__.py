from feedback.admin import complaint  # noqa: F401
