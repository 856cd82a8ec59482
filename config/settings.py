"""All settings, from the environment. The table of variables stands in README.md and docs/surfaces.toml."""

from __future__ import annotations

import hashlib
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("PIPELINE_DATA_DIR", str(BASE_DIR / "var")))

DEBUG = environment.flag("PIPELINE_DEBUG")
# The embedded product starts without any setting; a city's server must give its own key and hosts.
EMBEDDED = environment.flag("PIPELINE_EMBEDDED")
SECRET_KEY = environment.text("PIPELINE_SECRET_KEY")
if not SECRET_KEY:
    if not EMBEDDED and not DEBUG:
        raise ImproperlyConfigured("PIPELINE_SECRET_KEY is empty: give at least 50 random characters (./run makes one by itself)")
    SECRET_KEY = "embedded-" + hashlib.sha256(str(BASE_DIR).encode()).hexdigest()
ALLOWED_HOSTS = environment.words("PIPELINE_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("PIPELINE_ORIGINS")

INSTALLED_APPS = [
    "django_tasks",
    "django_tasks_db",  # before `exchange`, which takes its page out of the admin
    "accounts",
    "projects",
    "funding",
    "exchange",
    "reports",
    "config.apps.WiringConfig",
    "config.apps.PipelineAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "accounts.audit.AddressMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "config.unserved.UnservedMethodMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "config.context.frame",
            ]
        },
    }
]

DATABASES = {"default": environment.database(environment.text("DATABASE_URL"), DATA_DIR / "pipeline.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = environment.number("PIPELINE_LOGIN_FAILURES", 5)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "locked.html"

SESSION_COOKIE_AGE = 60 * environment.number("PIPELINE_SESSION_MINUTES", 480)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.flag("PIPELINE_TLS")
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = environment.flag("PIPELINE_TLS")
SECURE_HSTS_SECONDS = 31536000 if environment.flag("PIPELINE_TLS") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = environment.flag("PIPELINE_BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = environment.text("PIPELINE_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
if EMBEDDED:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # served from the source folders; whitenoise warns of a missing one

# The largest upload, in megabytes; Django streams anything over 2.5 MB to a temporary file.
UPLOAD_MEGABYTES = environment.number("PIPELINE_UPLOAD_MEGABYTES", 30)
# The largest file of a paper (一案两书), in megabytes.
PAPER_MEGABYTES = environment.number("PIPELINE_PAPER_MEGABYTES", 20)
# How many files one person may send in 24 hours, and the free room (megabytes) below which nothing more is taken in.
UPLOADS_PER_DAY = environment.number("PIPELINE_UPLOADS_PER_DAY", 300)
FREE_MEGABYTES = environment.number("PIPELINE_FREE_MEGABYTES", 200)
# Files and plans of so many rows and more are worked on by `manage.py worker`; a process that was not heard of for so many seconds has
# lost its work, which another takes up; after so many tries it is given up, and said so.
BACKGROUND_ROWS = environment.number("PIPELINE_BACKGROUND_ROWS", 500)
LEASE_SECONDS = environment.number("PIPELINE_LEASE_SECONDS", 60)
JOB_ATTEMPTS = environment.number("PIPELINE_JOB_ATTEMPTS", 3)
# Work that ended so many days ago is forgotten: the upload and the event log keep what became of it.
JOB_KEEP_DAYS = environment.number("PIPELINE_JOB_KEEP_DAYS", 30)
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10000

# Reminders to units that have not reported: mail (shown on the console until a server is named) and a webhook (off until it has an address).
EMAIL_HOST = environment.text("PIPELINE_MAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = environment.number("PIPELINE_MAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("PIPELINE_MAIL_USER")
EMAIL_HOST_PASSWORD = environment.text("PIPELINE_MAIL_PASSWORD")
EMAIL_USE_TLS = environment.flag("PIPELINE_MAIL_TLS")
EMAIL_TIMEOUT = REMINDER_SECONDS = environment.number("PIPELINE_REMINDER_SECONDS", 10)
DEFAULT_FROM_EMAIL = environment.text("PIPELINE_MAIL_FROM", "pipeline@localhost")
REMINDER_WEBHOOK = environment.text("PIPELINE_REMINDER_WEBHOOK")

# The city whose pipeline this is: the prefix of its division codes, and its names, are data, not code.
CITY_CODE = environment.text("PIPELINE_CITY_CODE", "370200")
INTAKE_REFERENCE = Path(environment.text("PIPELINE_INTAKE_REFERENCE", str(BASE_DIR / "fixtures" / "reference" / "intake.json")))
CITY_NAME = environment.text("PIPELINE_CITY_NAME", "青岛市")

# Where readers of a document find this product (https://host); what is made by a command has links with it alone.
SITE_ADDRESS = environment.text("PIPELINE_SITE_ADDRESS")

# How often one caller (a token, a person, an address) may ask in a minute.
API_CALLS_PER_MINUTE = environment.number("PIPELINE_API_CALLS_PER_MINUTE", 600)
# Open data (OC4IDS). The prefix is given out by the standard's keeper; this one is a placeholder, and what carries it is not published.
OC4IDS_PREFIX = environment.text("PIPELINE_OC4IDS_PREFIX", "oc4ids-000000")
OC4IDS_PUBLISHER = environment.text("PIPELINE_OC4IDS_PUBLISHER", f"{CITY_NAME}发展和改革委员会")
OC4IDS_URI = environment.text("PIPELINE_OC4IDS_URI", "https://example.invalid/open/oc4ids.json")
# Serve it to everybody at /open/oc4ids.json; made anew so many minutes after it was made last.
OC4IDS_PUBLIC = environment.flag("PIPELINE_OC4IDS_PUBLIC")
OC4IDS_MINUTES = environment.number("PIPELINE_OC4IDS_MINUTES", 60)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.TokenAuthentication", "accounts.api.authentication.BrowserAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.MayAct"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttles.CallerThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.api.rendering.FastJSONRenderer", "rest_framework.renderers.BrowsableAPIRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.api.negotiation.Offered",
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsing.ExactJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "VIEW_NAME_FUNCTION": "accounts.api.titles.view_name",
    "VIEW_DESCRIPTION_FUNCTION": "accounts.api.titles.view_description",
    "EXCEPTION_HANDLER": "accounts.api.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "重大项目投资管理 API",
    "DESCRIPTION": "金额一律为万元（数字）；时间为 UTC；行的范围由令牌的主人、岗位和单位决定，范围以外的行一律 404。",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["accounts.api.permissions.MayAct"],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["accounts.api.schema.name_tags", "accounts.api.examples.give_examples"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"answers": {"()": "accounts.log.AnswersAlone"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["answers"]}},
    "root": {"handlers": ["console"], "level": environment.text("PIPELINE_LOG_LEVEL", "INFO")},
    "loggers": {"django.utils.autoreload": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
