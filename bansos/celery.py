"""The Celery application. Jobs are rows (`bansos.models.Job`); Celery carries their ids."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bansos.settings")

app = Celery("bansos")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
