"""A table of goods on its way: taken in, columns said, looked through, carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.utils.translation import gettext as _

from mall.catalogue.importing import Draft, carry_out, errors_of, look_through
from mall.catalogue.product_table import BY_FIELD, guessed_columns
from mall.imports import services
from mall.imports.errors import ImportHasErrors, ImportTooLarge
from mall.imports.models import ImportJob
from mall.staff.models import User

# A product needs about ten statements, and somebody waits for them: some 10 ms each.
WRITES_MAX = 2_000


def take_in_products(*, data: bytes, file_name: str, author: User | None) -> ImportJob:
    """Keep an uploaded table of goods, its columns guessed, already looked through. Raises BadTable."""
    job = services.take_in(
        kind=ImportJob.Kind.PRODUCTS,
        data=data,
        file_name=file_name,
        author=author,
        guess=guessed_columns,
    )
    return _checked(job)


def check_products(*, job: ImportJob, columns: Mapping[str, int]) -> ImportJob:
    """Look through again with these columns; writes nothing but what was found. Locks the job.

    columns: field → place in the header. Raises BadColumns, ImportDone.
    """
    job = services.locked(job)
    services.set_columns(job=job, columns=columns, known=list(BY_FIELD))
    return _checked(job)


def apply_products(*, job: ImportJob, only_good: bool) -> ImportJob:
    """Carry the table out, each product in a transaction of its own. Locks the job, then product by product.

    only_good: leave out products with errors. Raises ImportHasErrors when there are some and this is False,
    ImportTooLarge when more than WRITES_MAX products would be written, ImportDone the second time.
    """
    job = services.locked(job)
    drafts = look_through(rows=job.rows, columns=job.columns)
    if not only_good and any(not draft.is_good for draft in drafts):
        raise ImportHasErrors
    if sum(draft.is_good and draft.kind != "unchanged" for draft in drafts) > WRITES_MAX:
        raise ImportTooLarge(_("一次至多新建或修改 %(most)s 个商品，请分成几份上传。") % {"most": WRITES_MAX})
    counts = carry_out(drafts)
    errors = errors_of(drafts)
    services.finish(job=job, errors=errors, result=counts | {"errors": len(errors)})
    return job


def _checked(job: ImportJob) -> ImportJob:
    drafts = look_through(rows=job.rows, columns=job.columns)
    errors = errors_of(drafts)
    services.keep_check(job=job, errors=errors, result=_forecast(drafts) | {"errors": len(errors)})
    return job


def _forecast(drafts: list[Draft]) -> dict[str, int]:
    kinds = Counter(draft.kind if draft.is_good else "left" for draft in drafts)
    return {kind: kinds[kind] for kind in ("created", "changed", "unchanged", "left")}
