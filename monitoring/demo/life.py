"""Two months of an office's life, walked through the real verbs."""

from bansos.models import User
from monitoring.demo import officers


def exists() -> bool:
    """Tells whether the demo has been lived already."""
    return User.objects.filter(username=officers.LOGINS[0].username).exists()


def live(*, households: int, say) -> None:
    """Fills the database: officers first, then month by month."""
    officers.appoint()
