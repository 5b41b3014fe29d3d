"""The portal on the database and the cache of a benchmark, for a web server to run."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bansos.settings")
settings.DATABASES["default"] |= {
    "HOST": os.environ["BENCHMARK_HOST"], "NAME": os.environ["BENCHMARK_DATABASE"],
    "USER": "bansos", "PASSWORD": "", "PORT": "",
}  # fmt: skip
settings.CACHES["default"]["LOCATION"] = os.environ["BENCHMARK_CACHE"]
application = get_wsgi_application()
