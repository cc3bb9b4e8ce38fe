"""The house around the floors: settings, URLs, Celery and the wiring between them."""
