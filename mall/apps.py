from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MallConfig(AppConfig):
    """The ground floor."""

    name = "mall"
    verbose_name = _("商城")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what registers itself."""
        from mall.api import schema  # noqa: F401 - registers the schema's security schemes
        from mall.tenancy import startup  # noqa: F401 - registers the check of the database role
