from django.urls import path

from beneficiaries.views import appeal, apply, letter, notice, offline, verify

urlpatterns = [
    path("daftar/", apply.start, name="daftar"),
    path("daftar/periksa/", apply.check, name="daftar-periksa"),
    path("daftar/bukti/", apply.receipt, name="daftar-bukti"),
    path("daftar/selesai/", apply.leave, name="daftar-selesai"),
    path("daftar/<slug:slug>/", apply.step, name="daftar-langkah"),
    path("verifikasi/", verify.tasks, name="verifikasi"),
    path("verifikasi/belum-terkirim/", offline.shell, name="verifikasi-belum-terkirim"),
    path("verifikasi/paket/", offline.pack, name="verifikasi-paket"),
    path("verifikasi/jawaban/", offline.receive, name="verifikasi-jawaban"),
    path("sw.js", offline.worker, name="verifikasi-pekerja"),
    path("verifikasi/<int:pk>/", verify.home, name="verifikasi-rumah"),
    path("verifikasi/<int:pk>/tidak-di-sini/", verify.absent, name="verifikasi-tidak-di-sini"),
    path("verifikasi/<int:pk>/telepon/", verify.phone, name="verifikasi-telepon"),
    path("verifikasi/<int:pk>/data/", verify.facts, name="verifikasi-data"),
    path("verifikasi/<int:pk>/penilaian/", verify.judge, name="verifikasi-penilaian"),
    path("verifikasi/<int:pk>/kirim/", verify.send, name="verifikasi-kirim"),
    path("verifikasi/<int:pk>/terkirim/", verify.sent, name="verifikasi-terkirim"),
    path("keberatan/", appeal.start, name="keberatan"),
    path("keberatan/warga-lain/", appeal.neighbour, name="keberatan-warga-lain"),
    path("keberatan/bukti/<str:token>/", appeal.receipt, name="keberatan-bukti"),
    path("keberatan/<str:token>/", appeal.ground, name="keberatan-alasan"),
    path("keberatan/<str:token>/cerita/", appeal.story, name="keberatan-cerita"),
    path("keberatan/<str:token>/periksa/", appeal.check, name="keberatan-periksa"),
    path("surat/<str:code>/", letter.check, name="surat"),
    path("pengumuman/musyawarah/<int:pk>/", notice.deliberation, name="pengumuman-musyawarah"),
]
