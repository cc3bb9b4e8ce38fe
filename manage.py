#!/usr/bin/env python
"""Django's commands for this project."""

from __future__ import annotations

import os
import sys


def with_owner(arguments: list[str]) -> list[str]:
    """Let a plain `migrate` run as the role that owns the tables.

    The application's role may not create anything, so the default alias would
    fail in the middle with a permission error. Only where the owner is known:
    a web container is not given its password.
    """
    if arguments[1:2] != ["migrate"]:
        return arguments
    if any(argument.split("=")[0] == "--database" for argument in arguments):
        return arguments
    from django.conf import settings

    if "owner" not in settings.DATABASES:
        return arguments
    return [*arguments, "--database=owner"]


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    from django.core.management import execute_from_command_line

    execute_from_command_line(with_owner(sys.argv))


if __name__ == "__main__":
    main()
