from django.contrib import admin
from django.urls import include, path

from bansos import views

urlpatterns = [
    path("admin/login/", views.SignIn.as_view()),  # one way in, also for the admin
    path("admin/", admin.site.urls),
    path("masuk/", views.SignIn.as_view(), name="masuk"),
    path("masuk/pin/", views.phone_pin, name="masuk-pin"),
    path("keluar/", views.SignOut.as_view(), name="keluar"),
    path("setelah-masuk/", views.after_sign_in, name="setelah-masuk"),
    path("pekerjaan/<int:job_id>/", views.job_state, name="pekerjaan"),
    path("lampiran/<int:pk>/", views.attachment, name="lampiran"),
    path("", include("monitoring.urls")),
    path("", include("feedback.urls")),
    path("", include("distribution.urls")),
    path("", include("beneficiaries.urls")),
]

handler403 = "bansos.views.forbidden"
handler404 = "bansos.views.not_found"
handler500 = "bansos.views.broken"
