"""Settings of a real worker that serves the test database: see test_worker.py."""

from bansos.settings import *  # noqa: F403
from bansos.settings import CELERY_BROKER_URL, DATABASES, JOB_HANDLERS

DATABASES["default"]["NAME"] = "test_" + DATABASES["default"]["NAME"]
CELERY_BROKER_URL = f"{CELERY_BROKER_URL}?virtual_host=7"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BEAT_SCHEDULE = {"janitor": {"task": "bansos.tasks.requeue_orphans", "schedule": 1.0}}
JOB_HANDLERS = JOB_HANDLERS | {"test": "tests.test_worker.count_slowly"}
