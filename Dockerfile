# Build: docker build -t bansos .    Run: see docker-compose.yml
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home bansos \
    && mkdir -p /data/media && chown -R bansos /data
COPY --from=build /venv /venv
WORKDIR /app
COPY --chown=bansos . .
# Only to collect static files: no database is asked, and none of these values reaches the running container.
RUN DATABASE_URL=postgres://x@x/x REDIS_URL=redis://x SECRET_KEY=build PERSONAL_DATA_KEYS=1:00 \
    PERSONAL_DATA_INDEX_KEY=00 python manage.py collectstatic --noinput
USER bansos
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--backpressure", "16", "--no-ws", "bansos.wsgi:application"]
