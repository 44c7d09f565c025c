"""A browser's name for people, out of what it says of itself."""

from typing import Final

BROWSERS: Final = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """Such as "Chrome, Windows"; empty when nothing is known. A claim, never a proof."""
    found = [next((name for mark, name in kinds if mark in agent), "") for kinds in _KINDS]
    return ", ".join(name for name in found if name)


_KINDS: Final = (BROWSERS, SYSTEMS)
