"""A small valid configuration, and the means to write and load variations of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from forum_bridge.config import Config, Loaded, load

VALID = """\
deskie:
  account: acme
  email: ayse@firm.example
  api_key: ${DESKIE_KEY}
  channel: cch42
webhook:
  secret: ${HOOK_SECRET}
forums:
  yardim:
    adapter: flaskbb
    url: https://forum.example/
    login:
      user: köprü
      password: ${FORUM_PASSWORD}
    watch:
      - thread: https://forum.example/topic/1
"""
ENVIRON = {
    "DESKIE_KEY": "deskie-key-of-ayse",
    "HOOK_SECRET": "hook-secret-of-more-than-24-letters",
    "FORUM_PASSWORD": "şifre-ğüçlü",
}

Load = Callable[..., Loaded]


def config_of(loaded: Loaded) -> Config:
    """The configuration of a file that should have no fault."""
    assert loaded.config is not None, "\n".join(map(str, loaded.faults))
    return loaded.config


@pytest.fixture
def valid() -> str:
    return VALID


@pytest.fixture
def environ() -> dict[str, str]:
    return dict(ENVIRON)


@pytest.fixture
def load_text(tmp_path: Path) -> Load:
    """Write a text as config.yaml (mode 0600) and load it with the usual environment."""

    def load_written(text: str | bytes, environ: Mapping[str, str] = ENVIRON) -> Loaded:
        path = tmp_path / "config.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o600)
        return load(path, environ, credentials=tmp_path / "credentials")

    return load_written
