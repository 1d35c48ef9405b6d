"""Django settings, all derived from ``trademe.config``; the reference of every variable is ``docs/settings.md``."""

import os
import sys
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from trademe.config import BASE_DIR, read_config
from trademe.logging import LOGGING as LOGGING

CONFIG = read_config(os.environ)

DEBUG = CONFIG.debug
SECRET_KEY = CONFIG.secret_key
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(CONFIG.csrf_trusted_origins)

INSTALLED_APPS = [
    # daphne's app only takes over `runserver`; elsewhere its Twisted would be a third of the start, for which people
    # wait after a crash, and 23 MB
    *(["daphne"] if sys.argv[1:2] == ["runserver"] else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # the templates of its widgets
    "channels",
    "rest_framework",
    "rest_framework.authtoken",  # its table was where tokens stood; a migration still reads it
    "drf_spectacular",
    "axes",
    "csp",
    # the queue of backtests; its tables are PostgreSQL's own
    *([] if CONFIG.is_sqlite else ["procrastinate.contrib.django"]),
    "trademe.accounts",
    "trademe.operations",
    "chat",
    "strategies",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "trademe.accounts.middleware.UserLocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "trademe.urls"
ASGI_APPLICATION = "trademe.asgi.application"
APPEND_SLASH = True

FORM_RENDERER = "trademe.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------------
# CONN_MAX_AGE stays 0 under ASGI (each request may run on another thread); PostgreSQL connections come from a pool.
# Timeouts are short because a timeout is treated as "database away": the unit of work waits and is tried again.
if CONFIG.is_sqlite:
    _OPTIONS: dict[str, Any] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
        # a checkpoint each 32 MB of journal instead of each 4: a fifth less CPU while many replies stream
        " PRAGMA wal_autocheckpoint=8000;",
    }
else:
    _OPTIONS = {
        "pool": {"min_size": 1, "max_size": 10, "timeout": 5},
        "connect_timeout": 2,
        "server_side_binding": True,
        "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c log_parameter_max_length_on_error=0",
    }
_OPTIONS = {**CONFIG.database.get("OPTIONS", {}), **_OPTIONS}  # what the URL asks for, such as sslmode, counts too
DATABASES: dict[str, dict[str, Any]] = {
    "default": {**CONFIG.database, "CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False, "OPTIONS": _OPTIONS}
}
# a connection of the pool that died meanwhile is replaced, not handed out: else up to ten requests after a restart of
# PostgreSQL fail (seen: one, in the fault rig)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = not CONFIG.is_sqlite
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Channels: only a doorbell between processes, see docs/design.md ----------------------------------------------
CHANNEL_LAYERS: dict[str, Any] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
if CONFIG.redis_url:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # redis-py 8 closes idle sockets after 5 s unless told otherwise
            "CONFIG": {"hosts": [{"address": CONFIG.redis_url, "socket_timeout": None}]},
        }
    }

# --- Backtests: on PostgreSQL their workers are woken by procrastinate, see strategies/backtests/jobs.py ------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["strategies.backtests.jobs"]

# --- Accounts -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "chat:list"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 15 * 60  # also the life of the owner's one-time link, seconds
AXES_ENABLED = CONFIG.rate_limits
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False

# --- Language -----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "trademe" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.data_dir / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG

# --- Security -----------------------------------------------------------------------------------------------------
# the one inline style there is: that of the attribution logo in static/vendor/lightweight-charts
CHART_LOGO_STYLE = "'sha256-3pRED1tOXas1FXFoPb9TGCjmYe9XQsmO9OV23khV2nY='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, CHART_LOGO_STYLE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SESSION_ENGINE = "trademe.accounts.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# Behind a proxy with HTTPS (any https:// trusted origin), cookies are for HTTPS only.
if any(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS):
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 30 * 24 * 3600
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # other names of the domain are not ours to promise HTTPS for,
    "security.W021",  # ... nor to enter into browsers for good
    "security.W008",  # the proxy leads from http to https; here that would turn away Prometheus and health checks
]

# --- REST ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # first, since the first one's challenge makes "not signed in" a 401
        "trademe.accounts.api_tokens.HashedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["trademe.api_parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "trademe.api_errors.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"] if CONFIG.rate_limits else [],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Trademe",
    "DESCRIPTION": "Conversations, messages, specs, strategies and versions of the signed-in user.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "ConversationKind": "chat.models.conversation.Conversation.Kind",
        "ConversationState": "chat.models.conversation.Conversation.State",
        "MessageKind": "chat.models.message.Message.Kind",
        "LedgerState": "chat.models.usage.UsageRecord.State",
    },
}
