# One server process. deploy/compose.yaml starts it with PostgreSQL, Redis and a proxy (docs/deploy.md).
FROM python:3.11-slim-bookworm

RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/trademe --shell /usr/sbin/nologin trademe
WORKDIR /opt/trademe
COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY --chown=root:root . .
RUN python -m scripts.compile_catalogues

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TRADEME_DATA_DIR=/var/lib/trademe/data
USER trademe
VOLUME /var/lib/trademe
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "trademe.serve", "--host", "0.0.0.0"]
