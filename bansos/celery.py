"""The Celery application. Jobs are rows (`bansos.models.Job`); Celery carries their ids."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bansos.settings")

app = Celery("bansos")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

NICENESS = 10


@worker_init.connect
def let_pages_come_first(**_worker) -> None:
    """Lets a worker and its processes wait for the core that a page needs."""
    os.nice(NICENESS)
