"""Phone numbers: one person, one way to write his number."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from mall.buyers.errors import BadPhone

HOME = "CN"
HOME_CODE = 86
# Carriers open new prefixes faster than lists of them are printed.
_HOME_MOBILE = re.compile(r"1[3-9]\d{9}")
_MOBILE_TYPES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_WRITTEN = re.compile(r"[+0-9 ()\-.]{5,32}")


def normalised(phone: Any) -> str:
    """A mobile number in E.164 (+8613800138000); without a country it is Chinese. Raises BadPhone."""
    if not isinstance(phone, str) or not _WRITTEN.fullmatch(phone.strip()):
        raise BadPhone
    try:
        number = phonenumbers.parse(phone.strip(), HOME)
    except NumberParseException as error:
        raise BadPhone from error
    if number.country_code == HOME_CODE:
        if not _HOME_MOBILE.fullmatch(str(number.national_number)):
            raise BadPhone
    elif not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILE_TYPES:
        raise BadPhone
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def masked(phone: str) -> str:
    """A number its owner recognises and nobody else reads: +86138****8000 → 138****8000."""
    national = phone.removeprefix(f"+{HOME_CODE}")
    return f"{national[:3]}****{national[-4:]}"
