"""Django settings of bots in Kubernetes.

Everything that differs between deployments comes from the environment, which the stack's settings and
Secrets make up; a variable that is missing stops the start and is named. Every service of bots (web
server, engine, job queue, directory monitor, database initialisation) reads this file.
"""

import configparser
import os
import sys


def required(name):
    """The value of an environment variable that has no sensible default."""
    value = os.environ.get(name, "")
    if not value:
        sys.exit(f"settings.py: the environment variable {name} is not set")
    return value


def listed(name, default=""):
    """A comma-separated environment variable as a list, without empty entries."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def switched_on(name):
    """Whether an environment variable says yes."""
    return os.environ.get(name, "").strip().lower() in ("1", "true", "yes", "on")


# bots.ini stands beside this file, here and in the copy that the image's entrypoint makes.
_ini = configparser.RawConfigParser()
_ini.read(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bots.ini"))
BOTSSYS = _ini.get("directories", "botssys")
BOTSENV = os.environ.get("BOTSENV", "default")

# --- Security ---------------------------------------------------------------------------------------

SECRET_KEY = required("DJANGO_SECRET_KEY")
DEBUG = switched_on("DEBUG")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", "localhost")
_pod_ip = os.environ.get("POD_IP", "")
if _pod_ip:
    # Probes and Prometheus address the pod itself. A URL has an IPv6 address in brackets.
    ALLOWED_HOSTS.append(f"[{_pod_ip}]" if ":" in _pod_ip else _pod_ip)
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")
# TLS ends at the ingress controller, which says so in this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = switched_on("SECURE_COOKIES")
SESSION_COOKIE_NAME = f"bots_session_{BOTSENV}"
CSRF_COOKIE_NAME = f"bots_csrf_{BOTSENV}"
# An hour without a click, or the end of the browser, ends a session.
SESSION_COOKIE_AGE = 3600
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Database ---------------------------------------------------------------------------------------

_ENGINES = {
    "mysql": (
        "django.db.backends.mysql",
        "3306",
        # Without strict mode MySQL cuts what is too long and says nothing.
        {"charset": "utf8mb4", "init_command": "SET sql_mode='STRICT_TRANS_TABLES'"},
    ),
    "postgresql": ("django.db.backends.postgresql", "5432", {}),
}
_engine = os.environ.get("DB_ENGINE", "mysql")
if _engine not in _ENGINES:
    sys.exit(f"settings.py: DB_ENGINE is {_engine}; allowed: {', '.join(_ENGINES)}")
_backend, _port, _options = _ENGINES[_engine]
# The engine hands HOST, PORT and OPTIONS to the driver itself: both drivers know connect_timeout.
DATABASES = {
    "default": {
        "ENGINE": _backend,
        "NAME": required("DB_NAME"),
        "USER": required("DB_USER"),
        "PASSWORD": required("DB_PASSWORD"),
        "HOST": required("DB_HOST"),
        "PORT": os.environ.get("DB_PORT") or _port,
        "OPTIONS": {"connect_timeout": 10, **_options},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Mail -------------------------------------------------------------------------------------------

MANAGERS = [(address, address) for address in listed("EMAIL_MANAGERS")]
SERVER_EMAIL = os.environ.get("EMAIL_FROM", "bots@localhost")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_USE_TLS = switched_on("EMAIL_USE_TLS")
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = 10

# --- Time and language ------------------------------------------------------------------------------

# The engine writes local time to the database, past Django.
USE_TZ = False
TIME_ZONE = os.environ.get("TZ", "UTC")
LANGUAGE_CODE = "en-us"
USE_I18N = True

# --- The application --------------------------------------------------------------------------------

SITE_ID = 1
ROOT_URLCONF = "bots.urls"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/bots/home"
LOGOUT_URL = "/logout/"
STATIC_URL = "/static/"
# Collected anew at every start of a web server: its pod's own scratch, not the shared volume.
STATIC_ROOT = "/tmp/bots-static"
MEDIA_URL = "/media/"
MEDIA_ROOT = os.path.join(BOTSSYS, "media")
# Plugins are zip files: they go to a file at once, not into memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "bots",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Those of bots are found as those of an application.
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bots.bots_context.set_context",
            ],
        },
    },
]

# --- Logging ----------------------------------------------------------------------------------------

# To the container's output, where `kubectl logs` reads it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
        },
    },
    "root": {"handlers": ["stdout"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    # Probes would be most of what is said.
    "loggers": {"cherrypy.access": {"handlers": [], "propagate": False}},
}
