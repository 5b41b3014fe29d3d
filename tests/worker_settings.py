"""Settings of a real worker that serves the test database: see test_worker.py."""

import os

from bansos.settings import *  # noqa: F403
from bansos.settings import CELERY_BROKER_URL, DATABASES, JOB_HANDLERS, TEST_PROCESS

_process = os.environ.get("PYTEST_XDIST_WORKER", "")
DATABASES["default"]["NAME"] = "_".join(filter(None, ["test", DATABASES["default"]["NAME"], _process]))
CELERY_BROKER_URL = f"{CELERY_BROKER_URL}?virtual_host={4 + TEST_PROCESS}"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BEAT_SCHEDULE = {"janitor": {"task": "bansos.tasks.requeue_orphans", "schedule": 1.0}}
JOB_HANDLERS = JOB_HANDLERS | {"test": "tests.test_worker.count_slowly"}
