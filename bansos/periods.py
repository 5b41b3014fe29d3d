"""Months: a period is the first day of its month."""

from datetime import date, timedelta


def parse(text: str) -> date:
    """Returns the period of "2026-11". Raises ValueError with a sentence in Indonesian."""
    try:
        year, month = text.split("-")
        return date(int(year), int(month), 1)
    except ValueError as error:
        raise ValueError(f"Periode harus tertulis TAHUN-BULAN, misalnya 2026-11. Anda menulis {text}.") from error


def of(day: date) -> date:
    """Returns the period in which `day` lies."""
    return day.replace(day=1)


def following(period: date) -> date:
    """Returns the next period."""
    return (period + timedelta(days=32)).replace(day=1)


def preceding(period: date) -> date:
    """Returns the period before."""
    return (period - timedelta(days=1)).replace(day=1)
