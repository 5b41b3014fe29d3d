"""What of a tracked row leaves an event: that it came, changed, and was deleted.

pghistory alone notes no deletion: nobody would know who deleted a round or a saved filter, and `verify_audit` would
take it for a row taken away behind the triggers' back.
"""

import pghistory


class Trackers(tuple[pghistory.Tracker, ...]):
    """For settings. pghistory copies them for each model, and a copied operation is no longer equal to its own."""

    def __deepcopy__(self, memo) -> tuple[pghistory.Tracker, ...]:
        return all_events()


def all_events() -> tuple[pghistory.Tracker, ...]:
    """Returns new trackers, since each keeps the fields of its model."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()
