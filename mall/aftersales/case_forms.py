"""申请售后: the form, line by line, with its reasons and pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from mall.aftersales.case_models import Case
from mall.aftersales.claims import Left
from mall.aftersales.evidence import PICTURES_MAX
from mall.catalogue.pictures import BYTES_MAX
from mall.errors import DomainError
from mall.money import yuan
from mall.orders.placing import QUANTITY_MAX
from mall.pages.forms import Line, PageForm, YuanField

REASONS: dict[str, tuple[tuple[str, Any], ...]] = {
    Case.Kind.REFUND: (
        ("unwanted", gettext_lazy("不想要了")),
        ("not_come", gettext_lazy("未收到货")),
        ("difference", gettext_lazy("退差价")),
        ("flaw", gettext_lazy("质量问题")),
        ("other", gettext_lazy("其他原因")),
    ),
    Case.Kind.RETURN: (
        ("unwanted", gettext_lazy("不想要了")),
        ("flaw", gettext_lazy("质量问题")),
        ("broken", gettext_lazy("商品破损")),
        ("wrong", gettext_lazy("发错货")),
        ("differs", gettext_lazy("与描述不符")),
        ("other", gettext_lazy("其他原因")),
    ),
    Case.Kind.EXCHANGE: (
        ("flaw", gettext_lazy("质量问题")),
        ("broken", gettext_lazy("商品破损")),
        ("wrong", gettext_lazy("发错货")),
        ("other", gettext_lazy("其他原因")),
    ),
    Case.Kind.REPAIR: (
        ("flaw", gettext_lazy("质量问题")),
        ("broken", gettext_lazy("使用中损坏")),
        ("other", gettext_lazy("其他原因")),
    ),
}


class Pictures(forms.FileInput):
    """A field of a page that takes several files."""

    allow_multiple_selected = True


class PicturesField(forms.Field):
    """Up to nine files; what they hold, the service says."""

    default_error_messages = {"many": gettext_lazy("至多 %(most)s 张图片。")}

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"accept": "image/jpeg,image/png,image/webp", "multiple": True}
        super().__init__(required=False, widget=Pictures(attrs=attributes), **kwargs)

    def clean(self, value: Any) -> list[UploadedFile]:
        """The files as they came."""
        files = [file for file in value or [] if isinstance(file, UploadedFile)]
        if len(files) > PICTURES_MAX:
            raise forms.ValidationError(self.error_messages["many"], code="many", params={"most": PICTURES_MAX})
        return files


def picture_bytes(files: list[UploadedFile]) -> list[bytes]:
    """Each file, never more of it than a picture may have; the service refuses what is longer."""
    return [file.read(BYTES_MAX + 1) for file in files]


class PicturesForm(PageForm):
    """Pictures alone."""

    pictures = PicturesField(label=gettext_lazy("图片"))

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        sent = {"pictures": files.getlist("pictures")} if files is not None else None
        super().__init__(data, sent if data is not None else None, initial=initial)

    def refuse(self, error: DomainError) -> None:
        """What is wrong with a file stands beside the pictures."""
        error.field = "pictures" if error.field == "file" else error.field
        super().refuse(error)

    def sent_pictures(self) -> list[bytes]:
        """The bytes of each."""
        return picture_bytes(self.cleaned_data["pictures"])


class ParcelForm(PageForm):
    """With whom goods go back."""

    carrier = Line(label=gettext_lazy("快递公司"), max_length=40, placeholder=gettext_lazy("例如：顺丰速运"))
    number = Line(label=gettext_lazy("运单号"), max_length=40)


class CaseForm(PicturesForm):
    """Per line how many pieces, and how much money where money goes back; a reason, and pictures."""

    detail = Line(
        label=gettext_lazy("补充说明"),
        required=False,
        max_length=180,
        placeholder=gettext_lazy("选填：说说具体情况，商家能处理得更快"),
    )
    attempt = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, files: Any = None, *, kind: str, left: list[Left], initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, files, initial=initial)
        self.kind, self.left = kind, left
        self.has_money = kind in {Case.Kind.REFUND, Case.Kind.RETURN}
        self.fields["why"] = forms.ChoiceField(
            label=_("申请原因"), choices=REASONS[kind], error_messages={"required": _("请选择申请原因。")}
        )
        for one in left:
            self.fields[f"quantity_{one.line.pk}"] = forms.IntegerField(
                label=_("件数"),
                required=False,
                min_value=0,
                max_value=QUANTITY_MAX,
                help_text=_("最多 %(most)s 件") % {"most": one.quantity},
            )
            if self.has_money:
                self.fields[f"amount_{one.line.pk}"] = YuanField(
                    label=_("退款金额（元）"),
                    required=False,
                    help_text=_("最多 ¥%(most)s") % {"most": yuan(one.amount_fen)},
                )

    def clean(self) -> dict[str, Any]:
        """At least one line is meant."""
        cleaned = super().clean() or {}
        if not self.errors and not self.claims():
            text = _("请至少填写一行商品的退款金额。") if self.has_money else _("请至少填写一行商品的件数。")
            raise forms.ValidationError(text, code="nothing")
        return cleaned

    def claims(self) -> list[dict[str, Any]]:
        """The lines that are meant, as the service takes them."""
        found = []
        for one in self.left:
            quantity = self.cleaned_data.get(f"quantity_{one.line.pk}")
            amount_fen = self.cleaned_data.get(f"amount_{one.line.pk}")
            claim: dict[str, Any] = {"line": one.line}
            if quantity is not None:
                claim["quantity"] = quantity
            if amount_fen:
                claim["amount_fen"] = amount_fen
            if amount_fen or (quantity and not self.has_money):
                found.append(claim)
        return found

    def reason(self) -> str:
        """The reason in the language of the merchant, with what the buyer adds."""
        with override("zh-hans"):
            chosen = str(dict(REASONS[self.kind])[self.cleaned_data["why"]])
        detail = self.cleaned_data["detail"]
        return f"{chosen}：{detail}" if detail else chosen

    def refuse(self, error: DomainError) -> None:
        """lines.<n>.amount_fen is the n-th claim's amount."""
        parts = (error.field or "").split(".")
        if len(parts) == 3 and parts[0] == "lines" and parts[1].isdigit():
            line = self.claims()[int(parts[1])]["line"]
            error.field = f"{'quantity' if parts[2] == 'quantity' else 'amount'}_{line.pk}"
        super().refuse(error)
