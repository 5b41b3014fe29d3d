"""What `/laporan/` shows: the four figures and their change, map or bars with the same table, and the reports."""

from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos import periods
from bansos.models import Job, Region
from bansos.models.region import kelurahan_of
from bansos.templatetags.look import number, rupiah
from monitoring import indicators, page_charts, report_tables, reports
from monitoring.definitions import BY_CODE
from monitoring.models import MonthlyReport
from monitoring.suppression import Shown

TABLE = ("received", "approved", "planned", "handed", "value_realised", "complaints", "late")


def own_region(user) -> Region:
    """Returns the region whose figures an officer sees: the own kelurahan, else the kecamatan."""
    own = kelurahan_of(user.region_id or "")
    return Region.objects.get(pk=own or settings.KECAMATAN)


def figures(period: date, region: Region) -> dict:
    """Returns the figures of the page: those of the final report, else counted now."""
    final = MonthlyReport.objects.filter(period=period, region=region, status=MonthlyReport.Status.FINAL).first()
    found = final.figures if final else indicators.of(period=period, region_code=region.pk)
    places = [place for place in found["places"] if region.level == Region.Level.KECAMATAN or _has_work(place)]
    handed = [(place["name"], _exact(place["handed"])) for place in places]
    trend = [(date_format(periods.parse(row["period"]), "M"), _exact(row["handed"])) for row in found["trend"]]
    return {
        "figures": found,
        "is_district": region.level == Region.Level.KECAMATAN,
        "as_of": report_tables.moment(found["as_of"]),
        "headline": _headline(found),
        "map": page_charts.area_map({place["code"]: _exact(place["handed"]) for place in places}),
        "bars": page_charts.bars([row for row in handed if row[1].low]),  # the table below has the rest
        "line": page_charts.line(trend),
        "trend": [(periods.parse(row["period"]), row["handed"], row["value_realised"]) for row in found["trend"]],
        "spoken": ", ".join(f"{name} {count.text}" for name, count in handed),
        "table": [_written(place) for place in places],
        "table_total": _written(found["totals"] | {"name": _("Jumlah")}),
        "table_heads": [BY_CODE[code].label for code in TABLE],
        "late_places": [place for place in places if place["late"]],
    }


def _exact(count: int) -> Shown:
    return Shown(count, count)


def _has_work(place: dict) -> bool:
    return any(value for key, value in place.items() if key not in {"code", "name"})


def _written(counts: dict) -> dict:
    cells = [rupiah(counts[c]) if BY_CODE[c].unit == "rupiah" else number(counts[c]) for c in TABLE]
    return {"name": counts["name"], "cells": list(zip((BY_CODE[c].label for c in TABLE), cells, strict=True))}


def _headline(found: dict) -> list[dict]:
    """Returns the four figures, each beside the month before."""
    totals, before = found["totals"], found["previous"]["totals"]
    month = date_format(periods.parse(found["previous"]["period"]), "F")
    rows = [
        _figure(_("permohonan masuk"), totals["received"], before["received"], month, number),
        _figure(_("permohonan disetujui"), totals["approved"], before["approved"], month, number),
        _figure(_("tersalur"), totals["value_realised"], before["value_realised"], month, rupiah),
    ]
    if found["funds"] is None:
        return [*rows, _figure(_("keluarga sudah menerima"), totals["handed"], before["handed"], month, number)]
    remaining = indicators.fund_totals(found)["remaining"]
    return [*rows, _figure(_("sisa pagu"), remaining, found["previous"]["fund_remaining"], month, rupiah)]


def _figure(label: str, now: int, before: int, month: str, written) -> dict:
    difference = now - before
    if difference == 0:
        change = _("sama dengan {month}").format(month=month)
    else:
        words = _("naik {n} dari {month}") if difference > 0 else _("turun {n} dari {month}")
        change = words.format(n=written(abs(difference)), month=month)
    return {"text": written(now), "label": label, "change": change, "is_money": written is rupiah}


def report_rows(user, period: date) -> list[dict]:
    """Returns the officer's regions, each with its report of the month if there is one; the kecamatan first."""
    made = {
        report.region_id: report
        for report in MonthlyReport.objects.for_officer(user).filter(period=period).select_related("built_by")
    }
    own = {region.pk for region in Region.objects.for_officer(user).filter(level__in=["kelurahan", "kecamatan"])}
    *kelurahan, district = reports.regions()
    wanted = [region for region in (district, *kelurahan) if region.pk in own]
    return [
        {"region": region, "report": made.get(region.pk), "files": _files(made.get(region.pk))} for region in wanted
    ]


def _files(report: MonthlyReport | None) -> list[dict]:
    if not report or not report.built_at:
        return []
    return [
        {"kind": kind, "size": _size(getattr(report, kind)), "hash": report.hashes[kind]} for kind in reports.FORMATS
    ]


def _size(file) -> int | None:
    """Returns the bytes of a stored file; None when a restore has left the row without it."""
    return file.size if file and file.storage.exists(file.name) else None


def failed_jobs(jobs) -> list[Job]:
    """Returns the last job of each region, where that one failed."""
    last = {job.region_id: job for job in jobs.order_by("created_at").select_related("region")}
    return [job for job in last.values() if job.state == Job.State.GAGAL]
