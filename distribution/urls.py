from django.urls import path

from distribution.views import catalogue, handover, status

urlpatterns = [
    path("bantuan/", catalogue.index, name="bantuan"),
    path("bantuan/kriteria/", catalogue.history, name="bantuan-kriteria"),
    path("bantuan/<slug:code>/", catalogue.programme, name="bantuan-program"),
    path("cek-status/", status.ask, name="cek-status"),
    path("cek-status/hasil/<str:token>/", status.result, name="cek-status-hasil"),
    path("cek-status/hasil/<str:token>/batal/", status.take_back, name="cek-status-batal"),
    path("cek-status/hasil/<str:token>/surat/", status.letter, name="cek-status-surat"),
    path("penyaluran/", handover.desk, name="penyaluran"),
    path("penyaluran/serahkan/", handover.hand_over, name="penyaluran-serahkan"),
    path("penyaluran/selesai/<int:handover_id>/", handover.done, name="penyaluran-selesai"),
    path("penyaluran/undangan/<int:round_id>/", handover.invitations, name="penyaluran-undangan"),
    path("penyaluran/undangan/<int:round_id>/<str:region>/", handover.invitations, name="penyaluran-undangan-rw"),
]
