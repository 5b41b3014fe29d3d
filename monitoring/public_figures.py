"""What the public may see of the figures: counts with small cells hidden, findings in words, no person.

The same people stand behind the count of a kelurahan, of a programme, and behind the rupiah. So when one of these
must be hidden, the others that would give it away by subtraction are hidden as well.
"""

from datetime import date, timedelta
from typing import cast

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bansos import periods
from bansos.models import Holiday
from distribution.models import Round
from monitoring import indicators, page_charts, suppression
from monitoring.indicators import Month
from monitoring.suppression import Shown

CACHE_SECONDS = 300
COLUMNS = ("received", "approved", "handed", "complaints")
ROUGHLY = 10_000_000  # rupiah: many families wide
NEWS_DAYS, NEWS_COUNT = 30, 3


def of_month(period: date) -> dict:
    """Returns what the public pages show of one month of the kecamatan, at most five minutes old."""
    key = f"public-figures:{get_language()}:{period:%Y-%m}"
    return cast(dict, cache.get_or_set(key, lambda: _of_month(period), CACHE_SECONDS))


def _of_month(period: date) -> dict:
    figures = indicators.of(period=period, region_code=settings.KECAMATAN)
    before = indicators.of(period=periods.preceding(period), region_code=settings.KECAMATAN)
    totals, last = _totals(figures), _totals(before)
    by_month = indicators.handed_by_month(Month(period, settings.KECAMATAN))
    months = [(key, suppression.total([row["handed"] for row in rows.values()])) for key, rows in by_month.items()]
    exact = totals["handed"].is_exact and not any(suppression.is_small(p["handed"]) for p in figures["programmes"])
    year_exact = exact and all(shown.is_exact for key, shown in months if key[:4] == f"{period:%Y}")
    small_plan = any(suppression.is_small(p["planned"]) for p in figures["programmes"])
    return {
        "period": period,
        "as_of": figures["as_of"],
        "totals": totals,
        "changes": {code: _change(totals[code], last[code], before["period"]) for code in COLUMNS},
        "value_realised": figures["totals"]["value_realised"] if exact else None,
        "places": [_place(place) for place in figures["places"]],
        "programmes": [_programme(programme, exact) for programme in figures["programmes"]],
        "trainees": suppression.cell(figures["totals"]["trainees"]),
        "graduates": suppression.cell(figures["totals"]["graduates"]),
        "value_planned": None if small_plan else figures["totals"]["value_planned"],
        "funds": [_fund(fund, year_exact) for fund in figures["funds"]],
        "fund_totals": _fund_totals(figures["funds"], year_exact),
        "answers": _answers(figures),
        "months": months,
        "funds_are_rounded": not year_exact,
        "has_hidden": not exact or not all(shown.is_exact for shown in totals.values()),
    }


def _totals(figures: dict) -> dict[str, Shown]:
    return {code: suppression.total([place[code] for place in figures["places"]]) for code in COLUMNS}


def _place(place: dict) -> dict:
    return {"code": place["code"], "name": place["name"]} | {code: suppression.cell(place[code]) for code in COLUMNS}


def _programme(programme: dict, exact: bool) -> dict:
    small = suppression.is_small(programme["planned"])
    return {
        "name": programme["name"],
        "planned": suppression.cell(programme["planned"]),
        "value_planned": None if small else programme["value_planned"],
        "handed": suppression.cell(programme["handed"]) if exact else None,
        "value_realised": programme["value_realised"] if exact else None,
    }


def _fund(fund: dict, exact: bool) -> dict:
    """Returns a fund; rounded when the exact rupiah would tell how many families a hidden cell holds."""
    if exact:
        return fund
    committed = round(fund["committed"] / ROUGHLY) * ROUGHLY
    return fund | {"spent": None, "committed": committed, "remaining": fund["amount"] - committed}


def _fund_totals(funds: list[dict], exact: bool) -> dict:
    """Returns the sums of the funds as they are shown."""
    shown = [_fund(fund, exact) for fund in funds]
    sums = {code: sum(fund[code] for fund in shown) for code in ("amount", "committed", "remaining")}
    return sums | {"spent": sum(fund["spent"] for fund in shown) if exact else None}


def _answers(figures: dict) -> dict:
    totals = figures["totals"]
    answered, on_time = totals["answered"], totals["on_time"]
    return {
        "answered": suppression.cell(answered),
        "on_time": suppression.cell(on_time),
        "percent": on_time * 100 // answered
        if answered >= suppression.LIMIT and not suppression.is_small(on_time)
        else None,
        "oversight": suppression.cell(figures["oversight"]["complaints"]),
    }


def _change(now: Shown, last: Shown, last_period: str) -> str:
    """Returns "naik 112 dari Oktober"; nothing when one of the two is hidden."""
    if not (now.is_exact and last.is_exact):
        return ""
    difference, month = now.low - last.low, date_format(periods.parse(last_period), "F")
    if difference == 0:
        return _("sama dengan {month}").format(month=month)
    words = _("naik {count} dari {month}") if difference > 0 else _("turun {count} dari {month}")
    return words.format(count=Shown(abs(difference), abs(difference)).short, month=month)


def charts(shown: dict) -> dict:
    """Returns the three charts of a month, each with the finding as its title and a sentence for those who listen."""
    handed = [(place["name"], place["handed"]) for place in shown["places"]]
    months = [(date_format(periods.parse(key), "M"), count) for key, count in shown["months"]]
    return {
        "bars": page_charts.bars(handed),
        "map": page_charts.area_map({place["code"]: place["handed"] for place in shown["places"]}),
        "line": page_charts.line(months),
        "bars_title": _most(handed),
        "map_title": _served(shown["places"]),
        "line_title": _run([count.low for _name, count in months]),
        "spoken": _spoken(handed),
        "line_rows": [(periods.parse(key), count) for key, count in shown["months"]],
    }


def _most(rows: list[tuple[str, Shown]]) -> str:
    name, count = max(rows, key=lambda row: row[1].low)
    if count.low == 0:
        return _("Belum ada keluarga yang menerima")
    return _("{place} paling banyak menerima").format(place=name)


def _served(places: list[dict]) -> str:
    kelurahan = [place for place in places if place["code"] != settings.KECAMATAN]
    count = sum(place["handed"].low > 0 for place in kelurahan)
    return _("{count} dari {all} kelurahan sudah menyalurkan").format(count=count, all=len(kelurahan))


def _run(counts: list[int]) -> str:
    """Returns what the last months did: "Penerima naik 3 bulan berturut-turut"."""
    steps = [after - before for before, after in zip(counts, counts[1:], strict=False)]
    if not any(counts):
        return _("Belum ada penerima dalam dua belas bulan")
    if steps[-1] == 0:
        return _("Jumlah penerima tetap")
    rises = steps[-1] > 0
    length = 0
    while length < len(steps) and steps[-1 - length] != 0 and (steps[-1 - length] > 0) == rises:
        length += 1
    if length == 1:
        return _("Penerima naik dari bulan lalu") if rises else _("Penerima turun dari bulan lalu")
    words = (
        ngettext("Penerima naik {n} bulan berturut-turut", "Penerima naik {n} bulan berturut-turut", length)
        if rises
        else ngettext("Penerima turun {n} bulan berturut-turut", "Penerima turun {n} bulan berturut-turut", length)
    )
    return words.format(n=length)


def _spoken(rows: list[tuple[str, Shown]]) -> str:
    parts = [f"{name} {count.text}" for name, count in sorted(rows, key=lambda row: -row[1].low)]
    return _("Keluarga penerima di tiap kelurahan: {list}.").format(list=", ".join(parts))


def news() -> list[dict]:
    """Returns the next handovers and the next closed days of the office, the earliest first."""
    today = timezone.localdate()
    until = today + timedelta(days=NEWS_DAYS)
    announced = Q(status__in=[Round.Status.DISAHKAN, Round.Status.PENYALURAN], hands_over_on__range=(today, until))
    rounds = Round.objects.filter(announced).select_related("programme", "region")
    items = [_handover(each) for each in rounds]
    closed = Holiday.objects.filter(on__range=(today, until))
    items += [
        {"on": day.on, "title": _("Kantor tutup"), "text": _("Libur: {name}.").format(name=day.name)}
        for day in closed
        if day.on.weekday() < 5
    ]
    return sorted(items, key=lambda item: (item["on"], item["title"]))[:NEWS_COUNT]


def _handover(round: Round) -> dict:
    words = [_("Tempat: {place}.").format(place=round.place or round.region)]
    if round.hours:
        words.append(_("Pukul {hours}.").format(hours=round.hours))
    words.append(_("Bawa KTP dan Kartu Keluarga asli."))
    title = _("Penyerahan {programme}").format(programme=round.programme.name)
    return {"on": round.hands_over_on, "title": title, "text": " ".join(words)}


def months_to_choose(today: date, count: int = 12) -> list[date]:
    """Returns this month and those before it, the newest first."""
    found = [periods.of(today)]
    while len(found) < count:
        found.append(periods.preceding(found[-1]))
    return found


def chosen_month(text: str | None, today: date) -> date:
    """Returns the month that somebody chose; this month for none, nonsense, or one that has not begun."""
    try:
        period = periods.parse(text or "")
    except ValueError:
        return periods.of(today)
    return period if period <= today else periods.of(today)
