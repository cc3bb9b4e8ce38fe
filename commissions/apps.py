from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "commissions"
    verbose_name = "佣金"
    default_auto_field = "django.db.models.BigAutoField"
