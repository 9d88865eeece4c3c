from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required, permission_required
from django.urls import path, re_path
from django.views.static import serve

from . import health, views

urlpatterns = [
    path("login/", auth.LoginView.as_view(template_name="admin/login.html")),
    path("logout/", auth.LogoutView.as_view(next_page="/")),
    path("admin/", admin.site.urls),
    re_path(r"^static/(?P<path>.*)$", serve, {"document_root": settings.STATIC_ROOT}),
    re_path(r"^bots/health/(?P<kind>live|ready|startup)/?$", health.view),
    path("bots/home", login_required(views.home)),
    path("bots/runengine", permission_required("bots.change_mutex")(views.runengine)),
    # All else is a page, /health too.
    re_path(r"^.*", views.index),
]
