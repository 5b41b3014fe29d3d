"""/pengumuman/musyawarah/: what a closed deliberation decided, for fourteen days, without identity numbers."""

from datetime import timedelta

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bansos.privacy import short_name
from beneficiaries import deliberations


@never_cache
@require_safe
def deliberation(request, pk: int):
    """The notice of one closed meeting; 404 before it is closed and after fourteen days."""
    meeting = get_object_or_404(deliberations.published().select_related("region"), pk=pk)
    cases = [
        {"name": short_name(case.name), "place": case.region.label, "word": case.get_decision_display()}
        for case in deliberations.public_cases(meeting)
    ]
    until = timezone.localdate(meeting.decided_at) + timedelta(days=deliberations.NOTICE_DAYS)
    answer = render(
        request, "beneficiaries/pengumuman/musyawarah.html", {"meeting": meeting, "cases": cases, "until": until}
    )
    answer["X-Robots-Tag"] = "noindex, noarchive"
    return answer
