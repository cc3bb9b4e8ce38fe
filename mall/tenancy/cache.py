"""Cache keys carry the mall, so that no mall ever reads what another has stored."""

from mall.tenancy.context import require_mall_id

INSTALLATION = "installation:"


def mall_key(key: str, prefix: str, version: int) -> str:
    """KEY_FUNCTION of the cache. Keys that belong to no mall must say so by the prefix INSTALLATION."""
    if key.startswith(INSTALLATION):
        return f"{prefix}:{version}:{key}"
    return f"{prefix}:{version}:mall:{require_mall_id('A cache key')}:{key}"
