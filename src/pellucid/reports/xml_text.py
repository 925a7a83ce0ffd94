"""Plain text in an XML document."""

from html import escape


def xml_text(text: str) -> str:
    """As the content of an element."""
    return escape(text, quote=False)


def xml_attribute(text: str) -> str:
    """In its quotes. The text is plain: line ends would not come through (XML 1.0, 3.3.3)."""
    return f'"{escape(text)}"'
