from django.urls import path

from distribution.views import status

urlpatterns: list = [
    path("cek-status/", status.ask, name="cek-status"),
    path("cek-status/hasil/<str:token>/", status.result, name="cek-status-hasil"),
]
