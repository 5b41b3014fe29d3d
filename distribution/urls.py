from django.urls import path

from distribution.views import catalogue, handover

urlpatterns = [
    path("bantuan/", catalogue.index, name="bantuan"),
    path("bantuan/<slug:code>/", catalogue.programme, name="bantuan-program"),
    path("penyaluran/", handover.desk, name="penyaluran"),
    path("penyaluran/serahkan/", handover.hand_over, name="penyaluran-serahkan"),
    path("penyaluran/selesai/<int:handover_id>/", handover.done, name="penyaluran-selesai"),
    path("penyaluran/undangan/<int:round_id>/", handover.invitations, name="penyaluran-undangan"),
    path("penyaluran/undangan/<int:round_id>/<str:region>/", handover.invitations, name="penyaluran-undangan-rw"),
]
