"""Configuration of Superset. Loaded by SUPERSET_CONFIG_PATH in the bi environment, PYTHONPATH = repo root."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

from superset.config import TALISMAN_CONFIG as DEFAULT_TALISMAN
from superset.config import THEME_DEFAULT as DEFAULT_THEME

from infra.settings import Settings
from infra.superset.connections import warehouse_connections
from infra.superset.home import GLANCE, send_home
from infra.superset.publication import current_publication
from infra.superset.security_manager import AudienceSecurityManager
from infra.superset.theme import COLOUR_SCHEME, LOGO_URL, with_brand

_settings = Settings.load()
_files = _settings.home / "superset"
_files.mkdir(mode=0o700, parents=True, exist_ok=True)

# Metadata and secrets
SQLALCHEMY_DATABASE_URI = _settings.service_dsn("superset").replace("postgresql://", "postgresql+psycopg2://", 1)
SQLALCHEMY_EXAMPLES_URI = SQLALCHEMY_DATABASE_URI
SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True, "pool_size": 10}
SECRET_KEY = _settings.secret("superset_secret_key")
GUEST_TOKEN_JWT_SECRET = _settings.secret("superset_guest_jwt")
DATA_DIR = str(_files)

# Who sees what: see audience.py
DB_CONNECTION_MUTATOR = warehouse_connections(_settings)
CORRIDOR_PUBLICATION = current_publication(_settings)
CUSTOM_SECURITY_MANAGER = AudienceSecurityManager
PUBLIC_ROLE_LIKE = None
FEATURE_FLAGS = {"DASHBOARD_RBAC": True, "EMBEDDABLE_CHARTS": False, "DRILL_BY": False}

# Answers end with their publication (security_manager.py); the timeout only bounds the disk space.
_day = int(timedelta(days=1).total_seconds())


def _cache(name: str, seconds: int) -> dict[str, object]:
    return {
        "CACHE_TYPE": "FileSystemCache",
        "CACHE_DIR": str(_files / "cache" / name),
        "CACHE_THRESHOLD": 5000,
        "CACHE_DEFAULT_TIMEOUT": seconds,
        "CACHE_KEY_PREFIX": f"{name}_",
    }


CACHE_CONFIG = _cache("metadata", 300)
DATA_CACHE_CONFIG = _cache("data", _day)
FILTER_STATE_CACHE_CONFIG = {**_cache("filters", 90 * _day), "REFRESH_TIMEOUT_ON_RETRIEVAL": True}
EXPLORE_FORM_DATA_CACHE_CONFIG = {**_cache("forms", 7 * _day), "REFRESH_TIMEOUT_ON_RETRIEVAL": True}
DASHBOARD_AUTO_REFRESH_MODE = "fetch"  # the default goes past the cache

# Sign-in and sessions. Cookies are shared by all ports of a host, so the name carries the port.
AUTH_ROLE_PUBLIC = "Public"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "60 per minute"
RATELIMIT_ENABLED = True
RATELIMIT_APPLICATION = "100 per second"
RATELIMIT_STORAGE_URI = "memory://"
SESSION_COOKIE_NAME = f"corridor_bi_{_settings.port('superset')}"
SESSION_COOKIE_SAMESITE = "Lax"
PERMANENT_SESSION_LIFETIME = timedelta(hours=12)

# Nothing is fetched from, sent to or framed by another host; this is also what stops the telemetry pixel.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = deepcopy(DEFAULT_TALISMAN)
TALISMAN_CONFIG["content_security_policy"].update(
    {
        "img-src": ["'self'", "blob:", "data:"],
        "connect-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
)
THEME_FONT_URL_ALLOWED_DOMAINS: list[str] = []

# Look and languages
APP_NAME = "Corridor"
FAVICONS = [{"href": LOGO_URL}]
LOGO_TARGET_PATH = GLANCE
FLASK_APP_MUTATOR = send_home
THEME_DEFAULT = with_brand(DEFAULT_THEME)
THEME_DARK = None
ENABLE_UI_THEME_ADMINISTRATION = False
EXTRA_CATEGORICAL_COLOR_SCHEMES = [COLOUR_SCHEME]
BABEL_DEFAULT_LOCALE = "en"
LANGUAGES = {
    "en": {"flag": "gb", "name": "English"},
    "fr": {"flag": "fr", "name": "Français"},
    "es": {"flag": "es", "name": "Español"},
    "ar": {"flag": "tn", "name": "العربية"},
}

# Bounds
ROW_LIMIT = 10_000
SQL_MAX_ROW = 50_000
SUPERSET_WEBSERVER_TIMEOUT = 30
SQLLAB_TIMEOUT = 10
SAMPLES_ROW_LIMIT = 500
