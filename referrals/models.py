"""Django looks here for the floor's models; each lives in the room of its noun."""

from referrals.clicks.models import Click, Reason, Visit, VisitorMember
from referrals.conversions.models import Conversion, ConversionKind
from referrals.links.models import Channel, LinkKind, ShareLink

__all__ = [
    "Channel",
    "Click",
    "Conversion",
    "ConversionKind",
    "LinkKind",
    "Reason",
    "ShareLink",
    "Visit",
    "VisitorMember",
]
