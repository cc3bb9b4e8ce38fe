# The application for docker-compose.yml: nothing embedded, nothing secret, not root.

FROM node:24-slim AS styles
WORKDIR /house
COPY package.json package-lock.json .npmrc ./
RUN npm ci --silent

FROM python:3.11-slim AS packages
WORKDIR /house
COPY requirements/tools.txt requirements/base.txt requirements/embedded.txt requirements/
# polib compiles the translations here, so that the image needs no tool for it.
COPY config/__init__.py config/__init__.py
COPY config/local config/local
COPY locale locale
RUN python -m venv /packages \
    && pip install --no-cache-dir --require-hashes -r requirements/tools.txt \
    && uv pip install --python /packages/bin/python --no-cache --require-hashes -r requirements/base.txt \
    && uv venv /tools \
    && uv pip install --python /tools/bin/python --no-cache --require-hashes -r requirements/embedded.txt \
    && /tools/bin/python -m config.local.messages

FROM python:3.11-slim
RUN useradd --system --create-home --uid 10001 fenyong
WORKDIR /house
ENV PATH="/packages/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    STATIC_ROOT=/data/static \
    MEDIA_ROOT=/data/media \
    PRIVATE_ROOT=/data/private
COPY --from=packages /packages /packages
COPY --from=styles /house/node_modules node_modules
COPY . .
COPY --from=packages /house/locale locale
# Collecting files needs settings, but none of what is secret: these words live for one line.
RUN mkdir -p /data/static /data/media /data/private \
    && chown -R fenyong:fenyong /data \
    && SECRET_KEY=building FIELD_ENCRYPTION_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
       DATABASE_URL=postgresql://building/building REDIS_URL=redis://building \
       INSTALLATION_HOSTS=building MALL_BASE_DOMAIN=building \
       python manage.py collectstatic --noinput --verbosity 0
USER fenyong
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "config.wsgi:application"]
