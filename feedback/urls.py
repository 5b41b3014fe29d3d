from django.urls import path

from feedback.views import submit, track

urlpatterns = [
    path("pengaduan/", submit.submit, name="pengaduan"),
    path("pengaduan/bukti/<str:token>/", submit.receipt, name="pengaduan-bukti"),
    path("pengaduan/lacak/", track.track, name="pengaduan-lacak"),
    path("pengaduan/lacak/<str:token>/", track.complaint, name="pengaduan-hasil"),
]
