"""Installs a Spirit and runs it on loopback: its settings, its people, a site that is prepared once and copied for each
run. Standard library only, for prepare.py runs with any Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.real.engine import free_port, run, serve

PASSWORDS = {name: f"Parola-{name}-1234" for name in ("admin", "ayse", "mehmet", "elif", "kopru", "yeni")}
WAITS = "yeni"  # who posts once in ten seconds, as Spirit would have it of everybody

SETTINGS = """\
import threading
from mysite.settings.dev import *  # the project that `spirit startproject` makes

DATABASES["default"]["OPTIONS"] = {{"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"}}
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


def template(venv: Path) -> Path:
    """Return where the prepared site lies."""
    return venv / "mysite"


def prepare(venv: Path) -> None:
    """Make the site, its tables and the people of PASSWORDS."""
    site = template(venv)
    run([str(venv / "bin" / "spirit"), "startproject", site.name], venv, _environment(venv, site))
    (site / "forumsettings.py").write_text(SETTINGS.format(waits=WAITS), encoding="utf-8")
    run([str(venv / "bin" / "django-admin"), "migrate", "-v", "0"], site, _environment(venv, site))
    code = PEOPLE.format(passwords=PASSWORDS)
    run([str(venv / "bin" / "python"), "-c", code], site, _environment(venv, site))


def start(venv: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Serve a forum of its own. Returns the process and the address."""
    site = shutil.copytree(template(venv), folder / "site")
    port = free_port()
    command = [str(venv / "bin" / "django-admin"), "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"]
    return serve(command, port, folder, _environment(venv, site)), f"http://127.0.0.1:{port}"


def _environment(venv: Path, site: Path) -> Mapping[str, str]:
    """Spirit looks for its own programs on the PATH."""
    path = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "DJANGO_SETTINGS_MODULE": "forumsettings", "PYTHONPATH": str(site)}
