"""What a mall sells: categories, products and their SKUs with guarded stock."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.db import connections, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from mptt.managers import TreeManager
from mptt.models import MPTTModel, TreeForeignKey

from mall import clock
from mall.freight.models import FreightTemplate
from mall.tenancy.models import MallForeignKey, MallManager, MallModel, PublicIdField


class CategoryManager(MallManager, TreeManager):
    """The mall's categories, in tree order."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().order_by(self.tree_id_attr, self.left_attr)

    def _get_next_tree_id(self) -> int:
        # mptt would take max(tree_id) of the rows it sees, which are one mall's: a sequence keeps
        # tree_id unique in the installation, so that no tree operation can reach another mall's rows.
        with connections[self.db].cursor() as cursor:
            cursor.execute("SELECT nextval('mall_category_tree_id_seq')")
            return cursor.fetchone()[0]


class CategoryForeignKey(MallForeignKey, TreeForeignKey):
    """mptt's parent key, kept inside one mall."""


class Category(MPTTModel, MallModel):
    """A node of the category tree. Written only by the catalogue's tree services, under the tree's lock.

    The parent is the source of truth; mptt's numbers only make subtrees quick to read. Siblings are
    sorted by position and name when they are read: mptt's own ordering would shift the tree_id of
    every later root, into the numbers of other malls.
    """

    public_id = PublicIdField()
    name = models.CharField(max_length=40)
    parent = CategoryForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", db_index=False)
    position = models.PositiveIntegerField(default=0)
    # Path below MEDIA_ROOT, beginning with the mall's id.
    icon = models.CharField(max_length=200, blank=True)

    objects = CategoryManager()

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_category_public_id_once"),
            models.UniqueConstraint(
                fields=["mall", "parent", "name"], name="mall_category_name_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Product(MallModel):
    """A product (SPU) as buyers see it; prices and stock are its SKUs'."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ON_SALE = "on_sale", _("在售")
        OFF_SALE = "off_sale", _("已下架")

    public_id = PublicIdField()
    category = MallForeignKey(Category, null=True, blank=True)
    name = models.CharField(max_length=120)
    subtitle = models.CharField(max_length=200, blank=True)
    keywords = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    sold_count = models.PositiveIntegerField(default=0)
    free_freight = models.BooleanField(default=True)
    # None: the mall's default template, if it has one.
    freight_template = MallForeignKey(FreightTemplate, null=True, blank=True)
    purchase_limit = models.PositiveIntegerField(null=True, blank=True, help_text="most pieces in one order")
    video_url = models.CharField(max_length=300, blank=True)
    # Lower case: name, keywords, and their pinyin in full and by initials. Written by mall.catalogue.search.
    search_text = models.TextField(blank=True)
    # The cheapest SKU it is sold in, so that a list by price reads an index; None without any. Written by skus.py.
    lowest_price_fen = models.BigIntegerField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_product_public_id_once"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "on_sale", "off_sale"]), name="mall_product_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["mall", "status", "-id"], name="mall_product_newest"),
            models.Index(fields=["mall", "status", "sold_count", "id"], name="mall_product_sold"),
            models.Index(fields=["mall", "status", "lowest_price_fen", "id"], name="mall_product_price"),
            # By the merchant's order, and the newest first where he gave none.
            models.Index("mall", "status", F("position") * -1, "id", name="mall_product_place"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductPicture(MallModel):
    """A picture of a product; the first by position is its cover."""

    product = MallForeignKey(Product, related_name="pictures", db_index=False)
    file = models.CharField(max_length=200, help_text="Path below MEDIA_ROOT, beginning with the mall's id")
    position = models.PositiveIntegerField(default=0)

    class Meta(MallModel.Meta):
        indexes = [models.Index(fields=["mall", "product", "position"], name="mall_picture_order")]

    @property
    def key(self) -> str:
        """What it is called outside: the random part of its file's name."""
        return PurePosixPath(self.file).stem.partition("_")[0]


class Sku(MallModel):
    """One buyable variant: its specs, price and stock. Stock changes only by guarded updates."""

    public_id = PublicIdField()
    product = MallForeignKey(Product, related_name="skus", db_index=False)
    code = models.CharField(max_length=40, blank=True)
    specs = models.JSONField(default=dict, help_text='{"颜色": "红", "尺码": "L"}')
    price_fen = models.BigIntegerField()
    market_price_fen = models.BigIntegerField(null=True, blank=True)
    cost_fen = models.BigIntegerField(null=True, blank=True)
    member_price_fen = models.BigIntegerField(null=True, blank=True)
    weight_g = models.PositiveIntegerField(default=0)
    # At so many pieces or fewer the merchant is told; 0: when it is sold out.
    low_stock_at = models.PositiveIntegerField(default=0)
    stock = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_sku_public_id_once"),
            models.UniqueConstraint(fields=["mall", "product", "specs"], name="mall_sku_specs_once"),
            models.CheckConstraint(condition=Q(stock__gte=0), name="mall_sku_stock_not_negative"),
            models.CheckConstraint(
                condition=Q(price_fen__gte=0, price_fen__lte=10_000_000_000), name="mall_sku_price_sane"
            ),
            models.CheckConstraint(
                condition=Q(member_price_fen__isnull=True)
                | Q(member_price_fen__gte=0, member_price_fen__lte=F("price_fen")),
                name="mall_sku_member_price_sane",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(str(value) for value in self.specs.values()) or self.code
