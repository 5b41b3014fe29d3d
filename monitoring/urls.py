from django.urls import path

from monitoring.views import data_request, public, reports, subject

urlpatterns: list = [
    path("", public.front_page, name="beranda"),
    path("transparansi/", public.transparency, name="transparansi"),
    path("hak-data/", data_request.start, name="hak-data"),
    path("hak-data/<str:token>/", data_request.requests, name="hak-data-permintaan"),
    path("salinan-data/<int:person_id>/", subject.give, name="salinan-data"),
    path("laporan/", reports.overview, name="laporan"),
    path("laporan/buat/", reports.build, name="laporan-buat"),
    path("laporan/<int:report_id>/final/", reports.make_final, name="laporan-final"),
    path("laporan/<int:report_id>/<str:kind>/", reports.download, name="laporan-unduh"),
]
