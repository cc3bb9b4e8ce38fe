"""django-oscar-api as its documentation sets it up: 2,000 products with a picture, one of them with four variants.

Run as a script it makes tables and goods; imported by granian it serves them.
"""

from __future__ import annotations

import io
import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import django
import psycopg2
from django.conf import settings

ASKED = json.loads(sys.argv[1]) if __name__ == "__main__" else json.loads(os.environ["OSCAR"])
DSN = psycopg2.extensions.parse_dsn(ASKED["url"])
SHOP = (
    "analytics.apps.AnalyticsConfig", "checkout.apps.CheckoutConfig", "address.apps.AddressConfig",
    "shipping.apps.ShippingConfig", "catalogue.apps.CatalogueConfig", "catalogue.reviews.apps.CatalogueReviewsConfig",
    "communication.apps.CommunicationConfig", "partner.apps.PartnerConfig", "basket.apps.BasketConfig",
    "payment.apps.PaymentConfig", "offer.apps.OfferConfig", "order.apps.OrderConfig", "customer.apps.CustomerConfig",
    "search.apps.SearchConfig", "voucher.apps.VoucherConfig", "wishlists.apps.WishlistsConfig",
    "dashboard.apps.DashboardConfig", "dashboard.reports.apps.ReportsDashboardConfig",
    "dashboard.users.apps.UsersDashboardConfig", "dashboard.orders.apps.OrdersDashboardConfig",
    "dashboard.catalogue.apps.CatalogueDashboardConfig", "dashboard.offers.apps.OffersDashboardConfig",
    "dashboard.partners.apps.PartnersDashboardConfig", "dashboard.pages.apps.PagesDashboardConfig",
    "dashboard.ranges.apps.RangesDashboardConfig", "dashboard.reviews.apps.ReviewsDashboardConfig",
    "dashboard.vouchers.apps.VouchersDashboardConfig", "dashboard.communications.apps.CommunicationsDashboardConfig",
    "dashboard.shipping.apps.ShippingDashboardConfig",
)  # fmt: skip

from oscar.defaults import *  # noqa: E402, F403 - as its documentation says

settings.configure(
    **{name: value for name, value in globals().items() if name.startswith("OSCAR_")}
    | {
        "INSTALLED_APPS": [
            "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.flatpages",
            "oscar.config.Shop", *(f"oscar.apps.{name}" for name in SHOP),
            "widget_tweaks", "haystack", "treebeard", "sorl.thumbnail", "django_tables2", "rest_framework", "oscarapi",
        ],
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware", "oscarapi.middleware.ApiBasketMiddleWare",
        ],
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, "ATOMIC_REQUESTS": True,
                "NAME": DSN["dbname"], "USER": DSN["user"], "PASSWORD": DSN["password"], "HOST": DSN["host"],
                "PORT": DSN.get("port", ""),
            }
        },
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
        "HAYSTACK_CONNECTIONS": {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        "ROOT_URLCONF": "benchmarks.peers.oscar_urls", "SECRET_KEY": "for-nobody", "ALLOWED_HOSTS": ["*"],
        "MEDIA_ROOT": ASKED["media"], "MEDIA_URL": "/media/", "STATIC_URL": "/static/", "SITE_ID": 1,
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField", "USE_TZ": True,
        "OSCAR_DEFAULT_CURRENCY": "CNY", "OSCAR_ALLOW_ANON_CHECKOUT": True,
        "OSCARAPI_BLOCK_ADMIN_API_ACCESS": True,
        "OSCARAPI_PRODUCT_FIELDS": ("url", "id", "upc", "title", "images", "price"),
        "OSCAR_INITIAL_ORDER_STATUS": "Pending", "OSCAR_INITIAL_LINE_STATUS": "Pending",
        "REST_FRAMEWORK": {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
    }
)  # fmt: skip
django.setup()


def fill(products: int) -> None:
    """Tables, a country, a partner, and the goods."""
    from django.core.files.base import ContentFile
    from django.core.management import call_command
    from oscar.core.loading import get_model
    from PIL import Image

    call_command("migrate", verbosity=0, interactive=False)
    product_class = get_model("catalogue", "ProductClass").objects.create(name="Goods", requires_shipping=False)
    category = get_model("catalogue", "Category").add_root(name="All")
    partner = get_model("partner", "Partner").objects.create(name="Shop")
    get_model("address", "Country").objects.create(
        iso_3166_1_a2="CN", printable_name="China", name="CHINA", is_shipping_country=True
    )
    drawn = io.BytesIO()
    Image.new("RGB", (400, 400), "green").save(drawn, "JPEG")
    product_model, record = get_model("catalogue", "Product"), get_model("partner", "StockRecord")
    picture, link = get_model("catalogue", "ProductImage"), get_model("catalogue", "ProductCategory")
    for number in range(products):
        with_variants = number == 0
        product = product_model.objects.create(
            upc=f"p{number}", title=f"Goods {number}", product_class=product_class,
            structure="parent" if with_variants else "standalone",
        )  # fmt: skip
        link.objects.create(product=product, category=category)
        picture.objects.create(product=product, original=ContentFile(drawn.getvalue(), name=f"{number}.jpg"))
        sold = [product]
        if with_variants:
            sold = [
                product_model.objects.create(upc=f"p{number}-{n}", title=f"No. {n}", parent=product, structure="child")
                for n in range(4)
            ]
        for one in sold:
            record.objects.create(
                product=one, partner=partner, partner_sku=one.upc, price=Decimal("100.00"), price_currency="CNY",
                num_in_stock=1_000_000,
            )  # fmt: skip


if __name__ == "__main__":
    Path(ASKED["media"]).mkdir(parents=True, exist_ok=True)
    fill(ASKED["products"])
    print(json.dumps({"products": ASKED["products"]}))
else:
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
