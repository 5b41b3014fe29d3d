"""What every event of the history holds beside the row: also the database's own user.

Whoever changes rows without the portal, with psql or a script, leaves no officer's name in the context; the login
that the
server knows is written by the server itself, so nobody can leave it out.
"""

import pghistory.models
from django.db import models
from django.db.models import Func

# Who did it and why, as pghistory notes it for a request or a job. Its own function writes over what was noted when a
# later verb of the same request has another reason, and so changes why the earlier rows were written. Here a note
# never changes: another reason is another note. `pghistory_context` takes INSERT alone (ADR 32).
NOTE_CONTEXT = """
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS uuid AS $$
DECLARE
    noted uuid := nullif(current_setting('pghistory.context_id', true), '');
    said jsonb := nullif(current_setting('pghistory.context_metadata', true), '');
BEGIN
    IF noted IS NULL OR said IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO pghistory_context (id, metadata, created_at, updated_at) VALUES (noted, said, now(), now())
    ON CONFLICT (id) DO NOTHING;
    IF FOUND OR EXISTS (SELECT FROM pghistory_context WHERE id = noted AND metadata = said) THEN
        RETURN noted;
    END IF;
    noted := md5(noted::text || said::text);
    INSERT INTO pghistory_context (id, metadata, created_at, updated_at) VALUES (noted, said, now(), now())
    ON CONFLICT (id) DO NOTHING;
    RETURN noted;
END;
$$ LANGUAGE plpgsql
"""


class SessionUser(Func):
    """The login of the database session."""

    template = "SESSION_USER"
    output_field = models.TextField()


class Event(pghistory.models.Event):
    """One state of one row."""

    pgh_login = models.TextField(db_default=SessionUser())

    class Meta:
        abstract = True
