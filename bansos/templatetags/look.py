"""Tags and filters of the look, available in every template without `{% load %}`."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from bansos import codes, privacy
from bansos.icons import ICONS

register = template.Library()

# One mapping for every status word: icon and class; the word itself comes from the status' label.
STATUS_LOOKS = {
    "Diterima": ("clock", "dim"),
    "Diverifikasi": ("home", ""),
    "Dinilai": ("chart", ""),
    "Disetujui": ("check", "good"),
    "Belum disetujui": ("x", "bad"),
    "Disalurkan": ("sack", "good"),
    "Perlu dilengkapi": ("alert", "warn"),
    "Dibatalkan": ("undo", "still"),
    "Ditutup": ("lock", "still"),
    "Menunggu": ("clock", "warn"),
    "Proses": ("sync", ""),
    "Ditanggapi": ("talk", ""),
    "Selesai": ("check", "good"),
    "Dibuka kembali": ("undo", "warn"),
    "Bukan wewenang": ("x", "dim"),
}


@register.simple_tag
def icon(name: str, css: str = "i") -> SafeString:
    """Draws an icon. Raises KeyError for a name that `bansos.icons` does not hold."""
    body = mark_safe(ICONS[name])  # our own drawing, never a person's text
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">{}</svg>', css, body
    )


@register.inclusion_tag("components/tag.html")
def tag(word: str) -> dict:
    """A status as icon, word and colour."""
    icon_name, css = STATUS_LOOKS.get(word, ("info", ""))
    return {"word": word, "icon": icon_name, "css": css}


@register.filter
def status_icon(word: str) -> str:
    return STATUS_LOOKS.get(word, ("info", ""))[0]


@register.filter
def status_css(word: str) -> str:
    return STATUS_LOOKS.get(word, ("info", ""))[1]


@register.inclusion_tag("components/field.html")
def field(bound, css: str = "") -> dict:
    """One form field: label, hint, message and control, tied together for screen readers.

    Widgets whose class ends in `Select`, `Input` or `Textarea` get a label; a group of radio buttons or boxes gets
    a fieldset.
    """
    is_group = bound.use_fieldset
    shown = "" if is_group else control(bound, css)
    return {"field": bound, "described": _described(bound), "is_group": is_group, "control": shown}


@register.simple_tag
def control(bound, css: str = "") -> SafeString:
    """The control alone, tied to its hint `h-name` and its message `s-name`, for a field laid out by hand."""
    attrs = {"aria-describedby": _described(bound)} if _described(bound) else {}
    if bound.errors:
        attrs |= {"aria-invalid": "true", "class": f"{css} no".strip()}
    elif css:
        attrs["class"] = css
    return bound.as_widget(attrs=attrs)


def _described(bound) -> str:
    shown = ((f"h-{bound.name}", bound.help_text), (f"s-{bound.name}", bound.errors))
    return " ".join(name for name, there in shown if there)


@register.inclusion_tag("components/summary.html")
def error_summary(form) -> dict:
    """The list of what is to be mended, focused on load, with a link to each field."""
    return {"form": form}


@register.inclusion_tag("components/day.html")
def day(on: date) -> dict:
    """A leaf of a tear-off calendar, for a date that people must keep."""
    return {"on": on}


@register.filter
def rupiah(amount: int | None) -> str:
    """600000 as "Rp600.000"."""
    return "-" if amount is None else f"Rp{number(amount)}"


@register.filter
def number(amount: int | None) -> str:
    """1234 as "1.234"."""
    return "-" if amount is None else f"{amount:,}".replace(",", ".")


@register.filter
def month(period: date) -> str:
    """2026-11-01 as "November 2026"."""
    return date_format(period, "F Y")


@register.filter
def pretty_code(code: str) -> str:
    return codes.pretty(code)


@register.filter
def masked(value: str | None) -> str:
    return privacy.mask(value)


@register.filter
def cut_stop(text: str) -> str:
    """A text without the full stop at its end, to be followed by one."""
    return text.rstrip(". ")


@register.filter
def lines(text: str) -> list[str]:
    """The lines of a text that are not empty."""
    return [line.strip() for line in text.splitlines() if line.strip()]
