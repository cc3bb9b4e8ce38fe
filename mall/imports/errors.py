"""What is refused about uploaded tables."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict


class BadTable(BadInput):
    """400: a file that is no table, or too large a one."""

    code = "bad_table"
    field = "file"


class BadColumns(BadInput):
    """400: the columns do not say what is needed; `field` names which."""

    code = "bad_columns"
    field = "columns"


class ImportHasErrors(Conflict):
    """409: some rows are wrong, and the merchant did not ask for the good ones alone."""

    code = "import_has_errors"
    message = _("还有错误的行：请改好后重新上传，或勾选只导入正确的行。")


class ImportRunning(Conflict):
    """409: a worker is carrying it out."""

    code = "import_running"
    message = _("这份表格正在导入，请等它完成。")


class ImportStopped(Conflict):
    """409: somebody stopped it half-way."""

    code = "import_stopped"
    message = _("这份表格的导入已停止：可以继续导入，或改好后重新上传。")


class ImportNotRunning(Conflict):
    """409: nobody is carrying it out yet, so there is nothing to stop."""

    code = "import_not_running"
    message = _("这份表格还没有开始导入，不需要停止。")


class ImportDone(Conflict):
    """409: this table has been taken in already."""

    code = "import_done"
    message = _("这份表格已导入，不能重复操作。如需再次导入，请重新上传。")
