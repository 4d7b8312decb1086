"""Installs a Spirit and runs it on loopback: its settings and its people. Standard library only, for prepare.py runs
with any Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.real import django_site
from tests.real.django_site import environment, manage, script, template
from tests.real.engine import run

MODULE = "forumsettings"

PASSWORDS = {name: f"Parola-{name}-1234" for name in ("admin", "ayse", "mehmet", "elif", "kopru", "yeni")}
WAITS = "yeni"  # who posts once in ten seconds, as Spirit would have it of everybody

SETTINGS = """\
import threading
from mysite.settings.dev import *  # the project that `spirit startproject` makes

DATABASES["default"]["OPTIONS"] = {{
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
    "transaction_mode": "IMMEDIATE",  # one that reads first and writes then is refused, however long it would wait
    "timeout": 60,  # seconds
}}
DEBUG = TEMPLATES[0]["OPTIONS"]["debug"] = False
HAYSTACK_CONNECTIONS = {{"default": {{"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MIDDLEWARE += ["forumsettings.haste"]
_who = threading.local()


def haste(get_response):
    def middleware(request):
        _who.waits = request.user.username == {waits!r}
        return get_response(request)

    return middleware


class _Waits:
    def __bool__(self):
        return getattr(_who, "waits", False)


ST_RATELIMIT_ENABLE = _Waits()
"""

PEOPLE = """\
import django
django.setup()
from django.contrib.auth import get_user_model
from djconfig import config
from djconfig.models import Config
from spirit.category.models import Category
people = get_user_model().objects
for name, password in {passwords!r}.items():
    user = (people.create_superuser if name == "admin" else people.create_user)(name, name + "@example.test", password)
    user.st.is_verified = True
    user.st.save()
Category.objects.create(title="Genel Sohbet")
for key in ("comments_per_page", "topics_per_page"):
    Config.objects.update_or_create(key=key, defaults={{"value": "6"}})  # several pages of few posts
"""


def prepare(venv: Path) -> None:
    """Make the site, its tables and the people of PASSWORDS."""
    site = template(venv)
    run([str(venv / "bin" / "spirit"), "startproject", site.name], venv, environment(venv, site, MODULE))
    (site / "forumsettings.py").write_text(SETTINGS.format(waits=WAITS), encoding="utf-8")
    manage(venv, MODULE, "migrate", "-v", "0")
    script(venv, MODULE, PEOPLE.format(passwords=PASSWORDS))


def start(venv: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Serve a forum of its own. Returns the process and the address."""
    return django_site.start(venv, MODULE, folder)
