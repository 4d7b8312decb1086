"""Installs a Misago and runs it on loopback: its settings, its people and their rights, a database of its own that is
prepared once and copied for each run. Standard library only, for prepare.py runs with any Python."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.real import postgres
from tests.real.engine import free_port, run, serve

PASSWORDS = {name: f"Parola-{name}-1234" for name in ("admin", "ayse", "mehmet", "elif", "kopru", "yeni")}
MODERATED = "yeni"
IN_HASTE = ("ayse", "mehmet", "elif")  # all others have to wait 3 seconds between two posts
DATABASE = "misago"

SETTINGS = """\
from devproject.settings import *  # the project that the wheel itself ships
import os
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES["default"] |= {"NAME": os.environ["FORUM_DATABASE"], "USER": "postgres", "HOST": os.environ["FORUM_SOCKET"]}
FORUM_FOLDER = os.environ["FORUM_FOLDER"]
STATIC_ROOT, MEDIA_ROOT = FORUM_FOLDER + "/static", FORUM_FOLDER + "/media"
MISAGO_USER_DATA_DOWNLOADS_WORKING_DIR, MISAGO_AVATAR_GALLERY = FORUM_FOLDER + "/userdata", FORUM_FOLDER + "/gallery"
CELERY_TASK_ALWAYS_EAGER, CELERY_BROKER_URL = True, "memory://"
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "debug_toolbar"]
MIDDLEWARE = [each for each in MIDDLEWARE if "debug_toolbar" not in each]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; these passwords are invented
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
"""

PEOPLE = """\
from misago.acl.models import Role
from misago.categories.models import Category, CategoryRole, RoleCategoryACL
from misago.cache.versions import invalidate_all_caches
from misago.conf.models import Setting
from misago.users.test import create_test_superuser, create_test_user
quick = Role.objects.create(
    name="Quick", permissions={{"misago.threads.permissions.threads": {{"can_omit_flood_protection": True}}}}
)
held = Role.objects.create(name="Held", permissions={{}})
waits = CategoryRole.objects.create(
    name="Waits", permissions={{"misago.threads.permissions.threads": {{"require_replies_approval": 1}}}}
)
RoleCategoryACL.objects.create(role=held, category=Category.objects.get(slug="first-category"), category_role=waits)
for name, password in {passwords!r}.items():
    make = create_test_superuser if name == "admin" else create_test_user
    user = make(name, name + "@example.test", password)
    for role in {{"admin": ["Moderator"], "yeni": ["Held"]}}.get(name, ["Quick"] if name in {in_haste!r} else []):
        user.roles.add(Role.objects.get(name=role))
    user.update_acl_key()
    user.save()
for name, value in (("posts_per_page", 6), ("posts_per_page_orphans", 2), ("threads_per_page", 5)):
    Setting.objects.filter(setting=name).update(dry_value=str(value))  # several pages of few posts
invalidate_all_caches()
"""


def template(venv: Path) -> Path:
    """Return where the prepared database lies."""
    return venv / "cluster"


def prepare(venv: Path, binaries: Path) -> None:
    """Make the database with the forum's tables and the people of PASSWORDS."""
    with postgres.running(binaries, keep=template(venv)) as socket:
        folder = socket / "misago"
        env = _environment(folder, socket)
        run([str(binaries / "createdb"), "-h", str(socket), "-U", postgres.USER, DATABASE], socket)
        run([str(venv / "bin" / "django-admin"), "migrate", "-v", "0"], folder, env)
        code = PEOPLE.format(passwords=PASSWORDS, in_haste=IN_HASTE)
        run([str(venv / "bin" / "python"), "-c", f"import django; django.setup()\n{code}"], folder, env)


@contextmanager
def serving(venv: Path, binaries: Path, folder: Path) -> Iterator[str]:
    """Run a forum of its own; yields its address."""
    with postgres.running(binaries, template(venv)) as socket:
        env, port = _environment(folder, socket), free_port()
        command = [str(venv / "bin" / "django-admin"), "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"]
        process = serve(command, port, folder, env)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def _environment(folder: Path, socket: Path) -> Mapping[str, str]:
    folder.mkdir(exist_ok=True)
    (folder / "forum_settings.py").write_text(SETTINGS)
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "DJANGO_SETTINGS_MODULE": "forum_settings",
        "PYTHONPATH": str(folder),
        "FORUM_DATABASE": DATABASE,
        "FORUM_SOCKET": str(socket),
        "FORUM_FOLDER": str(folder),
    }
