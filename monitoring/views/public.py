"""The public first page and the page of figures. No person, no small cell."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from monitoring import public_figures
from monitoring.report_tables import moment


@require_GET
def front_page(request):
    period = timezone.localdate().replace(day=1)
    shown = public_figures.of_month(period)
    context = {"shown": shown, "charts": public_figures.charts(shown), "news": public_figures.news()}
    return render(request, "monitoring/beranda.html", context)


@require_GET
def transparency(request):
    today = timezone.localdate()
    shown = public_figures.of_month(public_figures.chosen_month(request.GET.get("bulan"), today))
    context = {
        "shown": shown,
        "charts": public_figures.charts(shown),
        "months": public_figures.months_to_choose(today),
        "as_of": moment(shown["as_of"]),
    }
    return render(request, "monitoring/transparansi.html", context)
