"""Settings. Everything a deployment chooses comes from the environment (see .env.example).

Without DATABASE_URL and REDIS_URL the embedded servers of this checkout are used, for demo and tests.
"""

import os
import sys
from pathlib import Path

import environ
import pghistory
import pgtrigger
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from bansos.admin_look import UNFOLD  # noqa: F401
from bansos.trackers import Trackers, all_events

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

EMBEDDED = "DATABASE_URL" not in env
DEBUG = env.bool("DEBUG", False)
TESTING = "pytest" in sys.modules
TEST_PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

if EMBEDDED:
    from bansos import embedded

    DATA_DIR = embedded.DATA_DIR
    _database_url, _cache_url, _broker_url = embedded.DATABASE_URL, embedded.CACHE_URL, embedded.BROKER_URL
    _demo_secret = "hanya-untuk-demo-dan-uji-jangan-dipakai-di-kantor-sungguhan-0123456789"
    _demo_keys = "1:" + "01" * 32
    _demo_index_key = "02" * 32
else:
    DATA_DIR = Path(env("BANSOS_DATA_DIR", default=str(BASE_DIR / ".local")))
    _database_url, _cache_url = env("DATABASE_URL"), env("REDIS_URL")
    _broker_url = env("BROKER_URL", default=_cache_url)
    _demo_secret = _demo_keys = _demo_index_key = environ.Env.NOTSET


def required(name: str, demo_value):
    """Returns a variable that a real deployment must set. Raises ImproperlyConfigured with its name."""
    try:
        return env(name, default=demo_value)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"Isi {name} di lingkungan. Lihat .env.example.") from error


SECRET_KEY = required("SECRET_KEY", _demo_secret)
# Key ring of the personal data, outside the database: "id:hex,id:hex", the first one encrypts.
PERSONAL_DATA_KEYS = required("PERSONAL_DATA_KEYS", _demo_keys)
PERSONAL_DATA_INDEX_KEY = required("PERSONAL_DATA_INDEX_KEY", _demo_index_key)

# The office that runs this portal.
KECAMATAN = env("BANSOS_KECAMATAN", default="31.75.07")
OFFICE = {
    "name": env("BANSOS_OFFICE_NAME", default="Kecamatan Duren Sawit"),
    "city": env("BANSOS_OFFICE_CITY", default="Kota Administrasi Jakarta Timur"),
    "province": env("BANSOS_OFFICE_PROVINCE", default="Provinsi Daerah Khusus Jakarta"),
    "address": env("BANSOS_OFFICE_ADDRESS", default="Jalan Swadaya, Duren Sawit, Jakarta Timur"),
    "phone": env("BANSOS_OFFICE_PHONE", default="021 0000 1234"),
    "hours": [
        ("Senin sampai Kamis", "07.30 sampai 16.00 WIB"),
        ("Jumat", "07.30 sampai 16.30 WIB"),
    ],
}

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "bansos.apps.BansosConfig",
    "beneficiaries.apps.BeneficiariesConfig",
    "distribution.apps.DistributionConfig",
    "feedback.apps.FeedbackConfig",
    "monitoring.apps.MonitoringConfig",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "import_export",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "bansos.middleware.health",  # first: a health check knows neither our host name nor HTTPS
    "django.middleware.security.SecurityMiddleware",
    "bansos.middleware.TextCompression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "bansos.middleware.content_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bansos.remembered.middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "bansos.urls"
WSGI_APPLICATION = "bansos.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bansos.context.office",
            ],
            "builtins": ["bansos.templatetags.look"],
        },
    }
]

DATABASES = {
    "default": {
        **env.db_url_config(_database_url),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
# Where it is unset, every row that fires a trigger of pgtrigger raises and catches an exception: a list of 5,000 took
# a minute to approve, and takes a second with it.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c pgtrigger.ignore={}"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _cache_url}
}
if TESTING:
    # Clearing it must touch neither a demo nor the tests that run beside.
    CACHES["default"]["OPTIONS"] = {"db": 8 + TEST_PROCESS}

# --- people and sign-in
AUTH_USER_MODEL = "bansos.User"
AUTHENTICATION_BACKENDS = ["bansos.roles.RoleBackend"]
LOGIN_URL = "masuk"
LOGIN_REDIRECT_URL = "setelah-masuk"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True

# --- language and time
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["bansos.formats"]

# --- files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = EMBEDDED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Never served by address: every download goes through a view that checks who asks.
MEDIA_ROOT = env("MEDIA_ROOT", default=str(DATA_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # "select all" on a long changelist

# --- security
_https = not (EMBEDDED or DEBUG)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", _https)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# Unfold's Alpine builds functions from strings and sets inline styles; only /admin/ allows it.
ADMIN_CSP = SECURE_CSP | {
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL, CSP.NONCE],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
}

# --- jobs: the Job row is the truth, Celery carries its id
CELERY_BROKER_URL = _broker_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600 + 900}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ALWAYS_EAGER = TESTING
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "janitor": {"task": "bansos.tasks.requeue_orphans", "schedule": 20.0},
    "search-duplicates": {"task": "monitoring.tasks.search_duplicates", "schedule": crontab(hour=2, minute=10)},
    "seal-audit": {"task": "bansos.tasks.seal_audit", "schedule": crontab(hour=2, minute=40)},
    "seal-looks": {"task": "bansos.tasks.seal_looks", "schedule": crontab(minute="*/15")},
    "clear-sessions": {"task": "bansos.tasks.clear_sessions", "schedule": crontab(hour=3, minute=10)},
    "anonymise": {"task": "monitoring.tasks.anonymise", "schedule": crontab(hour=3, minute=30)},
    # Every hour: a portal that was down at midnight makes up for it.
    "begin-criteria": {"task": "beneficiaries.tasks.begin_criteria", "schedule": crontab(minute=5)},
    "rescore": {"task": "beneficiaries.tasks.rescore", "schedule": crontab(hour=1, minute=30)},
    "tidy-register": {"task": "beneficiaries.tasks.tidy_register", "schedule": 600.0},
    "remind": {"task": "beneficiaries.tasks.remind", "schedule": crontab(hour=4, minute=30)},
    # By the hour: the law counts 3 x 24 of them.
    "remind-data-requests": {"task": "monitoring.tasks.remind_of_data_requests", "schedule": crontab(minute=20)},
    "rescore-quarter": {  # DTSEN is refreshed every three months
        "task": "beneficiaries.tasks.rescore",
        "schedule": crontab(hour=4, minute=0, day_of_month=1, month_of_year="1,4,7,10"),
        "args": ["triwulan"],
    },
}
# What each kind of job runs: a verb that takes the job.
BULK_ACTIONS = {
    "rt": "beneficiaries.bulk.CorrectPlace",
    "tahan": "distribution.bulk.Hold",
    "lepas": "distribution.bulk.Release",
}
JOB_HANDLERS = {
    "bulk.run": "bansos.bulk.run_job",
    "bulk.undo": "bansos.bulk.undo_job",
    "duplicates.search": "beneficiaries.duplicates.run_job",
    "register.inspect": "beneficiaries.register.inspect",
    "register.load": "beneficiaries.register.load",
    "register.undo": "beneficiaries.register.undo_job",
    "reminders.send": "beneficiaries.reminders.send_job",
    "scoring.run": "beneficiaries.scoring.run_job",
    "scoring.help": "beneficiaries.scoring.help_job",
    "reports.build": "monitoring.reports.build_job",
    "retention.run": "monitoring.retention.run_job",
}
# Which approved list left an application's family out: told above `beneficiaries`, which takes the objection.
APPEAL_SOURCE = "distribution.left_out.decision_for"
# By which criteria aid is given, told above `beneficiaries`, which tells a family its score.
CRITERIA_SOURCE = "distribution.catalogue.criteria_codes"

# --- history
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = Trackers(all_events())
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_BASE_MODEL = "bansos.history.Event"
# Events are found by their row and their context. Nobody looks for them by what the row pointed to, and each index
# would be written with every event.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_CONTEXT_FIELD = pghistory.ContextForeignKey(db_index=True)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)

# --- import and export
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"

# --- limits
REGISTER_MAX_BYTES = 100_000_000
REGISTER_MAX_UNPACKED_BYTES = 2_000_000_000
LOOKUP_ATTEMPTS_PER_CODE = 10  # wrong answers for one code within an hour
LOOKUP_ATTEMPTS_PER_ADDRESS = 60  # per minute; thousands share one address behind a carrier
COMPLAINTS_PER_ADDRESS = 30  # per hour

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}
