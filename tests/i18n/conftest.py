"""The tests of the languages read what is compiled."""

from __future__ import annotations

import pytest

from config.local.messages import compile_all


@pytest.fixture
def compiled(settings) -> None:
    """The catalogue as it stands in the sources, also where an older one was loaded before."""
    compile_all()
    # Django forgets what it has read when this setting is set.
    settings.LOCALE_PATHS = list(settings.LOCALE_PATHS)
