"""Middleware: health checks before anything else, compression, and the admin's wider content policy."""

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware
from redis.exceptions import RedisError


def health(get_response):
    """Answers /healthz (this process lives) and /readyz (database and cache answer) for the machine room."""

    def middleware(request):
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            return _ready()
        return get_response(request)

    return middleware


def _ready() -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        cache.set("readyz", 1, 5)
    except (DatabaseError, RedisError) as error:
        return HttpResponse(type(error).__name__, status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


class TextCompression(GZipMiddleware):
    """Compresses pages and JSON, with Django's random padding against BREACH; reports and pictures go as they are."""

    def process_response(self, request, response):
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith(("text/", "application/json", "application/manifest+json")):
            return response
        return super().process_response(request, response)


def content_policy(get_response):
    """Relaxes the content policy for /admin/ alone (settings.ADMIN_CSP) and keeps every page out of indexes."""

    def middleware(request):
        response = get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_config = settings.ADMIN_CSP
        if request.path not in {"/", "/bantuan/", "/transparansi/"}:
            response.headers.setdefault("X-Robots-Tag", "noindex")
        return response

    return middleware
