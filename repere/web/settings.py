"""The one settings file. What differs between installations comes from the environment and the data folder.

REPERE_HOME         data folder (default: `var` in the project)
DATABASE_URL        another PostgreSQL (15 or newer) instead of the embedded one; a login that may create roles
REPERE_ROLE         database role of this process: web (default), worker, public, owner
REPERE_DEMO         1 on a demonstration installation with invented people only
REPERE_HOSTS        host names served, separated by commas
REPERE_HTTPS        1 behind a TLS front
REPERE_DEBUG        1 for a developer; refused beside real data
REPERE_TOTP_UNTIL   last day on which codes of an authenticator app are taken (passkeys alone after it)
REPERE_OIDC_ISSUER  an identity provider (OpenID Connect); with REPERE_OIDC_CLIENT, REPERE_OIDC_SECRET, REPERE_OIDC_ACR
REPERE_MAIL_HOST    the mail server; without it nothing is mailed. _PORT (587), _USER, _TLS (1, or 0 beside the server), _FROM
REPERE_ROOT_KEY     the root key (base64) when it must not lie in the data folder
REPERE_WAY_OUT      where "Leave this page" leads from the pages for anybody; a neutral site
REPERE_SECURITY_CONTACT, REPERE_SECURITY_EXPIRES   mailto: or https: address and last day (YYYY-MM-DD) of security.txt
REPERE_SCANNER      socket of ClamAV (a path, or host:port); without it papers stay closed
REPERE_NO_RATES     1 to count no requests, for measuring; refused beside real data
REPERE_DISK_FLOOR   free bytes under which nothing new is taken (default: 5 % of the disk, 512 MB at most)
"""

import os
from datetime import date

from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC
from django.utils.translation import gettext_lazy as _

from repere.web import database, logging
from repere.web.home import PROJECT, home, secret


def flag(name: str) -> bool:
    return os.environ.get(name, "") == "1"


REPERE_HOME = home()
REPERE_ROLE = os.environ.get("REPERE_ROLE", "web")
REPERE_DEMO = flag("REPERE_DEMO")
REPERE_MECHANISM = os.environ.get("REPERE_MECHANISM", "fr+fr-collectif")
REPERE_MECHANISM_FOLDER = PROJECT / "mechanism"
DEBUG = flag("REPERE_DEBUG")
REPERE_WAY_OUT = os.environ.get("REPERE_WAY_OUT", "https://meteofrance.com/")
REPERE_SECURITY_CONTACT = os.environ.get("REPERE_SECURITY_CONTACT", "")
REPERE_SECURITY_EXPIRES = os.environ.get("REPERE_SECURITY_EXPIRES", "")
REPERE_DISK_FLOOR = os.environ.get("REPERE_DISK_FLOOR")
REPERE_RATES = not flag("REPERE_NO_RATES")
REPERE_SCANNER = os.environ.get("REPERE_SCANNER", "")

SECRET_KEY = secret("django")
ALLOWED_HOSTS = [name.strip() for name in os.environ.get("REPERE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "repere.ledger",
    "repere.directory",
    "repere.accounts",
    "repere.places",
    "repere.cases",
    "repere.guidance",
    "repere.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "repere.web.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "repere.web.middleware.PublicDoorMiddleware",
    "repere.web.middleware.RouteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "repere.accounts.middleware.SessionLifeMiddleware",
    "repere.web.rates.RateMiddleware",
    "repere.accounts.middleware.ActingMiddleware",
    "repere.web.middleware.ClockMiddleware",
]

ROOT_URLCONF = "repere.web.urls"
if REPERE_ROLE == "public":
    # Pages for anybody, alone: no session, no account, no other address.
    ROOT_URLCONF = "repere.guidance.site"
    # The last one is never reached, because the door answers everything; its library refuses to load without it.
    MIDDLEWARE = [*MIDDLEWARE[:3], "repere.web.middleware.PublicDoorMiddleware", "allauth.account.middleware.AccountMiddleware"]

WSGI_APPLICATION = "repere.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT / "repere" / "web" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "repere.web.context.installation",
                "repere.web.context.masthead",
            ],
            "builtins": [
                "django.templatetags.i18n", "django.templatetags.static", "repere.web.components.tags", "repere.web.components.steady",
            ],
        },
    }
]

# Two doors to one database: pages and jobs use `default`, migrations and grants use `owner`.
DATABASES = {"default": database.alias(REPERE_ROLE)} | ({} if REPERE_ROLE == "public" else {"owner": database.alias("owner")})
# What anybody may read of the directory, through a login that can read nothing else.
REPERE_PUBLIC_COPY = database.alias("public")
DATABASE_ROUTERS = ["repere.web.router.OneDatabase"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Nothing is cached in the memory of one process that another process should know.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["repere.accounts.backends.Accounts"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
# The second reads hashes of before; the first writes them anew at the next sign-in.
PASSWORD_HASHERS = ["repere.accounts.hashing.KeyedPasswordHasher", "django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "repere.accounts.passwords.DisguisedPasswordValidator"},
    {"NAME": "repere.accounts.passwords.WordsHereValidator"},
]

# Factors by django-allauth; its own pages have no address here (docs/decisions/0006-signing-in.md).
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "repere.accounts.factors.SealedFactors"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
# Codes of an authenticator app can be phished: they are taken until this day, passkeys alone after it.
TOTP_ACCEPTED_UNTIL = date.fromisoformat(os.environ.get("REPERE_TOTP_UNTIL", "2027-12-31"))
SESSION_IDLE_MINUTES = 15
REPERE_OIDC = (
    {
        "issuer": os.environ["REPERE_OIDC_ISSUER"].rstrip("/"),
        "client": os.environ.get("REPERE_OIDC_CLIENT", ""),
        "secret": secret("oidc"),
        "levels": os.environ.get("REPERE_OIDC_ACR", "").split(),
    }
    if os.environ.get("REPERE_OIDC_ISSUER")
    else None
)

SESSION_ENGINE = "repere.accounts.session_store"
SESSION_LIFE_HOURS = 10
SESSION_COOKIE_AGE = SESSION_LIFE_HOURS * 3600
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "repere.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

HTTPS = flag("REPERE_HTTPS")
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Within the house only: "no-referrer" would also hide the origin that the check against forged forms needs.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# Only as many forwarding proxies as the operator declares are believed about the visitor's address.
REPERE_PROXIES = int(os.environ.get("REPERE_PROXIES", "0"))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, STRICT_DYNAMIC],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
    },
}

# Mail goes to members and witnesses only, in words that tell a stranger nothing. Without a server none is sent.
EMAIL_HOST = os.environ.get("REPERE_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("REPERE_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("REPERE_MAIL_USER", "")
EMAIL_HOST_PASSWORD = secret("mail") if EMAIL_HOST_USER else ""
EMAIL_USE_TLS = os.environ.get("REPERE_MAIL_TLS", "1") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("REPERE_MAIL_FROM", "repere@localhost")

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Strict"
LOCALE_PATHS = [PROJECT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [folder for folder in [PROJECT / "static" / "own", PROJECT / "static" / "vendor"] if folder.is_dir()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["repere.cases.uploads.arriving.InMemoryOnly"]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING_CONFIG = None
logging.configure()
