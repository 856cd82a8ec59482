"""Settings of the peers' server: this product's tables, and nothing that a bare server would not have: no middleware, no throttle, no users."""

from config.settings import *  # noqa: F403 -- all but what is said here

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.peers"
REST_FRAMEWORK: dict[str, object] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
}
