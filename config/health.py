"""Three questions of whoever watches the installation, on every host."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError

# A delivery older than this waits for something that is broken.
STALE_SECONDS = 60


@require_safe
@never_cache
# These three answer when the database does not, so no transaction is opened for them.
@transaction.non_atomic_requests
def alive(_request: HttpRequest) -> HttpResponse:
    """The process lives; a supervisor restarts it when this stays silent."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
@transaction.non_atomic_requests
def ready(_request: HttpRequest) -> HttpResponse:
    """The database answers; a load balancer sends visitors only then."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


def broker_answers() -> bool:
    """Whether a bell could be rung now."""
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (BrokerError, OSError):
        return False
    return True


def oldest_waiting_seconds() -> float:
    """Age of the oldest delivery that is due and not parked, over all malls."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oldest_delivery_seconds()")
        return float(cursor.fetchone()[0] or 0)


@require_safe
@never_cache
@transaction.non_atomic_requests
def pipeline(_request: HttpRequest) -> HttpResponse:
    """Events reach those who hear them: the broker answers and nothing waits for long."""
    if not broker_answers():
        return JsonResponse({"status": "no broker"}, status=503)
    try:
        waiting = oldest_waiting_seconds()
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    state = {"status": "ok", "oldest_waiting_seconds": round(waiting, 1)}
    if waiting > STALE_SECONDS:
        state["status"] = "deliveries are waiting"
        return JsonResponse(state, status=503)
    return JsonResponse(state)


urlpatterns = [
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("healthz/pipeline", pipeline, name="healthz-pipeline"),
]
