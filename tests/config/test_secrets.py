"""References find their values; a value is never told to anybody."""

from pathlib import Path

import pytest

from forum_bridge.config import MASK, Loaded, effective, load

from .conftest import ENVIRON, Load, config_of

KEY = "api_key: ${DESKIE_KEY}"


def key_of(loaded: Loaded) -> str:
    return config_of(loaded).deskie.api_key.get_secret_value()


def test_a_file_beside_the_configuration(load_text: Load, valid: str, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "deskie").write_text("anahtar-ğ\n\n")
    assert key_of(load_text(valid.replace(KEY, "api_key: ${file:keys/deskie}"))) == "anahtar-ğ"
    assert key_of(load_text(valid.replace(KEY, f"api_key: '${{file:{tmp_path}/keys/deskie}}'"))) == "anahtar-ğ"


def test_a_credential_of_systemd_comes_first(
    load_text: Load, valid: str, environ: dict[str, str], tmp_path: Path
) -> None:
    text = valid.replace(KEY, "api_key: ${credential:deskie.key}")
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "deskie.key").write_text("from-etc")
    assert key_of(load_text(text)) == "from-etc"
    (tmp_path / "run").mkdir()
    environ["CREDENTIALS_DIRECTORY"] = str(tmp_path / "run")
    assert key_of(load_text(text, environ)) == "from-etc"
    (tmp_path / "run" / "deskie.key").write_text("from-systemd\n")
    assert key_of(load_text(text, environ)) == "from-systemd"


def test_references_stand_inside_texts(load_text: Load, valid: str, environ: dict[str, str]) -> None:
    environ |= {"A": "bir", "B": "iki"}
    assert key_of(load_text(valid.replace(KEY, "api_key: x${A}-${B}$${A}y"), environ)) == "xbir-iki${A}y"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("${NOT_SET}", "NOT_SET is not set"),
        ("${EMPTY}", "EMPTY is empty"),
        ("${file:nowhere}", "the file nowhere does not exist"),
        ("${file:folder}", "is not a file"),
        ("${file:empty}", "is empty"),
        ("${file:binary}", "is not UTF-8"),
        ("${file:large}", "is too large"),
        ("${file:loop}", "cannot be read"),
        ("${credential:nowhere}", "the credential nowhere does not exist"),
        ("${credential:../empty}", "none of the three kinds"),
        ("${vault:x}", "none of the three kinds"),
        ("${}", "none of the three kinds"),
    ],
)
def test_a_reference_that_leads_nowhere(
    load_text: Load, valid: str, environ: dict[str, str], tmp_path: Path, written: str, words: str
) -> None:
    environ["EMPTY"] = ""
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_text("x" * 70_000)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    loaded = load_text(valid.replace(KEY, f"api_key: {written}"), environ)
    assert [(fault.line, fault.key) for fault in loaded.faults] == [(4, "deskie.api_key")]
    assert words in loaded.faults[0].problem


def test_all_unresolved_references_are_told_at_once(load_text: Load, valid: str) -> None:
    assert [fault.line for fault in load_text(valid, {}).faults] == [4, 7, 14]


def test_no_fault_tells_a_value(load_text: Load, valid: str, environ: dict[str, str]) -> None:
    hidden = "gizli-anahtar"
    environ |= dict.fromkeys(("DESKIE_KEY", "HOOK_SECRET", "FORUM_PASSWORD", "X"), hidden)
    text = valid.replace("channel: cch42", "channel: ${X}").replace(
        "https://forum.example/\n", "https://${X}.example/\n"
    )
    text = text.replace(
        "adapter: flaskbb", "adapter: flaskbb\n    timezone: ${X}\n    every: ${X}\n    start_from: ${X}"
    )
    text += (
        "    cases: {subject: '{{ ${X} }', priority: '${X}', from: '${X}'}\n    answers: {template: '{{ a${X} }}'}\n"
    )
    loaded = load_text(text, environ)
    assert len(loaded.faults) > 8
    assert not [str(fault) for fault in loaded.faults if "gizli" in str(fault)]


@pytest.mark.parametrize(
    "literal", ["'gizli", "*gizli", "!gizli x", "&gizli", "@gizli", "[gizli", "{gizli: x}", "gizli: x", "gizli"]
)
def test_a_literal_secret_is_not_told_even_if_yaml_stumbles_over_it(load_text: Load, valid: str, literal: str) -> None:
    loaded = load_text(valid.replace("${HOOK_SECRET}", literal))
    assert loaded.faults
    assert not [str(fault) for fault in loaded.faults if "gizli" in str(fault)]


@pytest.mark.parametrize("address", ["https://bot:gizli@x.example/api", "htps://bot:gizli@x", "htps://x/?key=gizli"])
def test_a_secret_inside_an_address_is_not_told(load_text: Load, valid: str, address: str) -> None:
    loaded = load_text(valid.replace("account: acme", f"base_url: {address}"))
    assert [fault.key for fault in loaded.faults] == ["deskie.base_url"]
    assert "gizli" not in str(loaded.faults[0])


def test_no_repr_tells_a_value(load_text: Load, valid: str, environ: dict[str, str]) -> None:
    text = valid.replace("topic/1", "topic/${FORUM_PASSWORD}")
    environ["FORUM_PASSWORD"] = "gizli"
    loaded = load_text(f"{text}    options: {{token: gizli}}\ndefaults: {{options: {{api_key: gizli}}}}\n", environ)
    assert "gizli" not in repr(loaded) + repr(loaded.config) + repr(config_of(loaded).forums["yardim"].watch[0])


def test_the_effective_configuration_masks_every_secret(load_text: Load, valid: str, environ: dict[str, str]) -> None:
    environ |= {"TOKEN": "feed-token", "SHARED": "paylaşılan"}
    text = f"{valid}      - feed: https://feeds.example/rss?token=${{TOKEN}}\n    options: {{api_key: literal-key}}\n"
    text += "defaults:\n  cases:\n    subject: '${SHARED} {{ thread.title }}'\n"
    shown = effective(config_of(load_text(text, environ)))
    for secret in (*environ.values(), "literal-key"):
        assert secret not in shown
    assert f"feed: https://feeds.example/rss?token={MASK}" in shown
    assert f"subject: '{MASK} {{{{ thread.title }}}}'" in shown
    assert f"api_key: '{MASK}'" in shown


def test_each_of_several_secrets_in_options_is_masked_and_nothing_else_of_a_forum_called_token(
    load_text: Load, valid: str, tmp_path: Path
) -> None:
    text = valid.replace("  yardim:", "  token:") + "    options: {secret: [gizli-bir, gizli-iki], pages_a_poll: 3}\n"
    shown = effective(config_of(load_text(text)))
    assert "gizli" not in shown
    assert shown.count(MASK) >= 2 and "pages_a_poll: 3" in shown
    (tmp_path / "config.yaml").chmod(0o644)
    warned = [warning.key for warning in load(tmp_path / "config.yaml", ENVIRON).warnings]
    assert warned == ["forums.token.options.secret[0]", "forums.token.options.secret[1]"]


def test_a_literal_secret_in_a_file_for_everybody_is_a_warning(
    load_text: Load, valid: str, environ: dict[str, str], tmp_path: Path
) -> None:
    text = valid.replace("${DESKIE_KEY}", "literal-key")
    assert load_text(text).warnings == []
    (tmp_path / "config.yaml").chmod(0o644)
    loaded = load(tmp_path / "config.yaml", environ)
    assert loaded.config is not None
    assert [(warning.line, warning.key) for warning in loaded.warnings] == [(4, "deskie.api_key")]
    assert "literal-key" not in str(loaded.warnings[0])


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [("account: acme", "account: ACCOUNT", "deskie.account"), (KEY, "api_key: CHANGE-ME", "deskie.api_key"),
     ("topic/1", "CHANGE-ME/1", "forums.yardim.watch[0].thread"), (KEY, "api_key: ${LEFT}", "deskie.api_key")],
)  # fmt: skip
def test_placeholders_are_refused_by_name(
    load_text: Load, valid: str, environ: dict[str, str], old: str, new: str, key: str
) -> None:
    loaded = load_text(valid.replace(old, new), {**environ, "LEFT": "CHANGE-ME"})
    assert [fault.key for fault in loaded.faults] == [key]
    assert "placeholder" in loaded.faults[0].problem


def test_the_name_of_a_variable_is_no_placeholder(load_text: Load, valid: str, environ: dict[str, str]) -> None:
    loaded = load_text(
        valid.replace("account: acme", "account: ${DESKIE_ACCOUNT}"), {**environ, "DESKIE_ACCOUNT": "acme"}
    )
    assert config_of(loaded).deskie.account == "acme"
