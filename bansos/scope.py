"""Region scope: which rows an officer may see. The one place where it is decided."""

from django.db import models
from django.db.models import Q


def region_q(user, field: str = "region__code") -> Q:
    """Returns the condition that a row's region code (`field`) lies inside `user`'s region.

    A superuser without region sees all; anybody else without region, or not signed in, sees nothing.
    """
    code = getattr(user, "region_id", None)
    if code:
        return Q(**{field: code}) | Q(**{f"{field}__startswith": f"{code}."})
    return Q() if getattr(user, "is_superuser", False) else Q(pk__in=[])


def around_q(user, field: str = "region__code") -> Q:
    """Returns the condition that a row's region lies inside `user`'s region or contains it.

    For what an office shares with those above it, such as a round of the kecamatan seen from a kelurahan.
    """
    parts = (getattr(user, "region_id", None) or "").split(".")
    above = [".".join(parts[:count]) for count in range(1, len(parts))]
    return region_q(user, field) | Q(**{f"{field}__in": above})


def covers(user, code: str | None) -> bool:
    """Tells whether the region `code` lies inside `user`'s region."""
    own = getattr(user, "region_id", None)
    if own:
        return code is not None and (code == own or code.startswith(f"{own}."))
    return bool(getattr(user, "is_superuser", False))


class ScopedQuerySet(models.QuerySet):
    """Rows of a region; `region_field` is the path to the row's region code."""

    region_field = "region__code"

    def for_officer(self, user):
        """The rows that lie in the officer's region."""
        return self.filter(region_q(user, self.region_field))

    def inside(self, code: str):
        """The rows that lie in the region with `code`."""
        return self.filter(Q(**{self.region_field: code}) | Q(**{f"{self.region_field}__startswith": f"{code}."}))
