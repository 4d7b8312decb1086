"""Makes a site of django-machina and runs it on loopback: its settings and its people. Standard library only, for
prepare.py runs with any Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.real import django_site
from tests.real.django_site import manage, script, template

MODULE = "board"
PASSWORDS = {name: f"Parola-{name}-1234" for name in ("admin", "ayse", "mehmet", "elif", "kopru", "yeni")}
WAITS = "yeni"  # whose posts wait for a moderator

SITE = """\
from pathlib import Path
from machina import MACHINA_MAIN_STATIC_DIR, MACHINA_MAIN_TEMPLATE_DIR

HERE = Path(__file__).parent
SECRET_KEY = "an-invented-key-for-tests-on-loopback-that-opens-nothing"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
FORUM = ("forum", "forum_conversation", "forum_conversation.forum_attachments", "forum_conversation.forum_polls",
         "forum_feeds", "forum_moderation", "forum_search", "forum_tracking", "forum_member", "forum_permission")
INSTALLED_APPS = [
    *(f"django.contrib.{app}" for app in ("auth", "contenttypes", "sessions", "messages", "staticfiles")),
    "mptt", "haystack", "widget_tweaks", "machina", *(f"machina.apps.{app}" for app in FORUM),
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "machina.apps.forum_permission.middleware.ForumPermissionMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "DIRS": [HERE, MACHINA_MAIN_TEMPLATE_DIR],
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages", "machina.core.context_processors.metadata",
    ]},
}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "board.sqlite"}}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "machina_attachments": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": HERE / "uploads"
    },
}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
TIME_ZONE, USE_TZ, USE_I18N = "Europe/Istanbul", True, True
STATIC_URL, STATICFILES_DIRS = "/static/", [MACHINA_MAIN_STATIC_DIR]
MEDIA_URL, MEDIA_ROOT = "/media/", HERE / "media"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_REDIRECT_URL = "/forum/"
MACHINA_TOPIC_POSTS_NUMBER_PER_PAGE = 6  # several pages of few posts
MACHINA_DEFAULT_AUTHENTICATED_USER_FORUM_PERMISSIONS = [
    "can_see_forum", "can_read_forum", "can_start_new_topics", "can_reply_to_topics", "can_edit_own_posts",
    "can_delete_own_posts", "can_post_without_approval", "can_attach_file", "can_download_file",
]
"""

URLS = """\
from django.contrib.auth.views import LoginView
from django.urls import include, path
from machina import urls

login = LoginView.as_view(template_name="login.html")
urlpatterns = [path("accounts/login/", login), path("forum/", include(urls))]
"""

LOGIN = """\
{% extends "board_base.html" %}{% block content %}<form method="post">{% csrf_token %}
{{ form.non_field_errors }}{{ form.as_p }}<input type="submit" value="Log in"></form>{% endblock content %}
"""

PEOPLE = """\
import django
django.setup()
from django.contrib.auth import get_user_model
from machina.apps.forum.models import Forum
from machina.apps.forum_permission.models import ForumPermission, UserForumPermission
people = get_user_model().objects
users = {{
    name: (people.create_superuser if name == "admin" else people.create_user)(name, name + "@example.test", password)
    for name, password in {passwords!r}.items()
}}
Forum.objects.create(name="Destek", type=Forum.FORUM_POST)


def permit(*codes, **who):
    for code in codes:
        permission = ForumPermission.objects.get(codename=code)
        UserForumPermission.objects.create(permission=permission, has_perm=True, **who)


permit("can_see_forum", "can_read_forum", anonymous_user=True)
permit("can_see_forum", "can_read_forum", "can_reply_to_topics", user=users[{waits!r}])
"""


def prepare(venv: Path) -> None:
    """Make the site, its tables and the people of PASSWORDS."""
    site = template(venv)
    site.mkdir()
    for name, text in {"board.py": SITE, "urls.py": URLS, "login.html": LOGIN}.items():
        (site / name).write_text(text, encoding="utf-8")
    manage(venv, MODULE, "migrate", "-v", "0")
    script(venv, MODULE, PEOPLE.format(passwords=PASSWORDS, waits=WAITS))


def start(venv: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Serve a forum of its own. Returns the process and the address."""
    return django_site.start(venv, MODULE, folder)
