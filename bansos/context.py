"""What every page knows."""

from django.conf import settings


def office(request) -> dict:
    """Returns the office's name, address, phone and hours (settings.OFFICE)."""
    return {"office": settings.OFFICE}
