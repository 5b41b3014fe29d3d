"""What every event of the history holds beside the row: also the database's own user.

Whoever changes rows without the portal, with psql or a script, leaves no officer's name in the context; the login
that the
server knows is written by the server itself, so nobody can leave it out.
"""

import pghistory.models
from django.db import models
from django.db.models import Func


class SessionUser(Func):
    """The login of the database session."""

    template = "SESSION_USER"
    output_field = models.TextField()


class Event(pghistory.models.Event):
    """One state of one row."""

    pgh_login = models.TextField(db_default=SessionUser())

    class Meta:
        abstract = True
