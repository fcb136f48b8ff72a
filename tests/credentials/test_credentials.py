"""Credentials: every shape of a .env file, every way that it is wrong, and a secret that never
shows.
"""

from __future__ import annotations

import copy
import dataclasses
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from stnb import credentials
from stnb.credentials import HOSTS, Credentials, Profile, Secret, load, profiles
from stnb.errors import CredentialsInvalid, CredentialsMissing, SetupError
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET
from tests.helpers.sample import tries

GOOD = f"""\
# made up
SERVICETITAN_APP_KEY={APP_KEY}
SERVICETITAN_TENANT_ID=985798691
SERVICETITAN_ENVIRONMENT=integration
SERVICETITAN_CLIENT_ID={CLIENT_ID}
SERVICETITAN_CLIENT_SECRET={CLIENT_SECRET}
"""
PHOENIX = GOOD.replace("TITAN_", "TITAN_PHOENIX_").replace("PHOENIX_APP_KEY", "APP_KEY")


def write(text: str, *, file: str = ".env") -> Path:
    path = Path(file)
    path.write_bytes(text.encode())
    return path


def without(field: str, text: str = GOOD) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if f"_{field}=" not in line)


def with_value(field: str, value: str) -> str:
    return without(field) + f"SERVICETITAN_{field}={value}\n"


def told(err: BaseException) -> str:
    return " ".join([str(err), repr(err), *map(str, err.args)])


# -- what is read


def test_four_values_make_credentials() -> None:
    """The unnamed profile is called default; hosts come from the environment, the zone is UTC where
    none is said.
    """
    write(GOOD)

    c = load()

    assert (c.profile, c.environment, c.tenant, c.timezone) == (
        "default",
        "integration",
        985798691,
        "UTC",
    )
    assert (c.client_id.reveal(), c.client_secret.reveal(), c.app_key.reveal()) == (
        CLIENT_ID,
        CLIENT_SECRET,
        APP_KEY,
    )
    assert (c.api_url, c.auth_url) == HOSTS["integration"]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda t: t.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda t: "\ufeff" + t, id="byte-order mark"),
        pytest.param(lambda t: t.replace("\n", "  \n").replace("=", " =  "), id="blanks"),
        pytest.param(
            lambda t: t.replace("=", "='").replace("\n", "'\n").replace("# made up'", "# made up"),
            id="single quotes",
        ),
        pytest.param(
            lambda t: t.replace("=", '="  ').replace("\n", '  "\n').replace('# made up  "', "#"),
            id="double quotes",
        ),
        pytest.param(lambda t: t.replace("SERV", "export SERV"), id="export"),
        pytest.param(lambda t: t.replace("=", "=\u00a0\u200b"), id="invisible marks"),
        pytest.param(lambda t: t.removesuffix("\n"), id="no last line end"),
        pytest.param(lambda t: t.replace("\n", "   # a remark\n"), id="remarks behind values"),
        pytest.param(lambda t: t + "OTHER_PROGRAM=x\nnonsense\n=\n\x00\n", id="foreign lines"),
        pytest.param(lambda t: t.replace("integration", "INTEGRATION"), id="upper case"),
    ],
)
def test_what_a_copy_and_paste_brings_along_is_taken_off(spoil: object) -> None:
    """Quotes, blanks, line ends of Windows, a byte-order mark and foreign lines change nothing."""
    write(spoil(GOOD))  # type: ignore[operator]

    c = load()

    assert (c.client_id.reveal(), c.client_secret.reveal(), c.app_key.reveal()) == (
        CLIENT_ID,
        CLIENT_SECRET,
        APP_KEY,
    )
    assert (c.tenant, c.environment) == (985798691, "integration")


@pytest.mark.parametrize(
    "secret", ["cs2.a$HOME", "cs1.${SERVICETITAN_APP_KEY}b", "cs1.a#b=c;d", "cs1.a%20b\\c"]
)
def test_a_secret_is_taken_as_it_stands(secret: str) -> None:
    """A dollar is a dollar: nothing is filled in, nothing is cut off."""
    write(with_value("CLIENT_SECRET", secret))

    assert load().client_secret.reveal() == secret


def test_the_file_is_found_from_below(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest .env upwards from the working directory is read; a folder of that name is no
    file.
    """
    write(GOOD)
    (Path("a") / "b" / ".env").mkdir(parents=True)
    monkeypatch.chdir(Path("a") / "b")

    assert load().tenant == 985798691


def test_a_named_file_is_read_instead() -> None:
    """`env_file` wins over the nearest .env."""
    write(GOOD)
    other = write(GOOD.replace("985798691", "7"), file="other.env")

    assert load(env_file=other).tenant == load(env_file="other.env").tenant == 7


def test_variables_of_the_process_win_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """One value may come from the file and another from the process, cleaned alike."""
    write(GOOD)
    with monkeypatch.context() as process:
        process.setenv("SERVICETITAN_TENANT_ID", " '42' ")

        assert load().tenant == 42


def test_the_process_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is needed, as in a container."""
    with monkeypatch.context() as process:
        for line in GOOD.splitlines()[1:]:
            process.setenv(*line.split("=", 1))

        assert load().tenant == 985798691


def test_reading_writes_nothing_to_the_environment() -> None:
    """`os.environ` is the same before and after, and neither is the file touched."""
    file = write(GOOD)
    before = dict(os.environ)

    load()
    profiles()

    assert dict(os.environ) == before
    assert file.read_text() == GOOD


# -- profiles


def test_the_only_profile_needs_no_name() -> None:
    """A single named profile is the one that is meant; the app key may be shared."""
    write(PHOENIX)

    assert load().profile == load("phoenix").profile == load(" Phoenix ").profile == "phoenix"
    assert load().app_key.reveal() == APP_KEY


def test_two_profiles_need_a_name() -> None:
    """With two and none named the error lists both; a name, or STNB_PROFILE, decides."""
    write(GOOD + PHOENIX.replace("985798691", "8"))

    with pytest.raises(CredentialsMissing, match="default, phoenix"):
        load()
    assert load("phoenix").tenant == 8
    assert load("default").tenant == 985798691


def test_a_variable_may_name_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """STNB_PROFILE names it, in the file or in the process; a name in the call wins."""
    write(GOOD + PHOENIX.replace("985798691", "8") + "STNB_PROFILE=phoenix\n")

    assert load().tenant == 8
    assert load("default").tenant == 985798691
    with monkeypatch.context() as process:
        process.setenv("STNB_PROFILE", "DEFAULT")
        assert load().tenant == 985798691


@pytest.mark.parametrize("name", ["tucson", "", "PHOENIX_", "a b", "../x", "a\nb", "x" * 3000])
def test_an_unknown_profile_is_answered_with_those_there_are(name: str) -> None:
    """A name that is not there is CredentialsMissing, which is a LookupError too; an empty one is
    none.
    """
    write(GOOD + PHOENIX)

    with pytest.raises(CredentialsMissing, match="default, phoenix") as caught:
        load(name)
    assert isinstance(caught.value, LookupError)


def test_each_profile_may_have_its_own_app_key_and_zone() -> None:
    """APP_KEY and TIMEZONE are shared unless the profile has its own."""
    write(
        GOOD
        + PHOENIX
        + "SERVICETITAN_PHOENIX_APP_KEY=ak1.other\n"
        + "SERVICETITAN_TIMEZONE=America/Denver\n"
        + "SERVICETITAN_PHOENIX_TIMEZONE=America/Phoenix\n"
    )

    assert (load("phoenix").app_key.reveal(), load("phoenix").timezone) == (
        "ak1.other",
        "America/Phoenix",
    )
    assert (load("default").app_key.reveal(), load("default").timezone) == (
        APP_KEY,
        "America/Denver",
    )
    assert str(load("phoenix").zone) == "America/Phoenix"


@pytest.mark.parametrize("environment", ["integration", "production"])
def test_a_profile_named_like_an_environment_has_it(environment: str) -> None:
    """INTEGRATION and PRODUCTION need no ENVIRONMENT of their own."""
    write(without("ENVIRONMENT", PHOENIX).replace("PHOENIX", environment.upper()))

    assert load().environment == load().profile == environment
    assert load().api_url == HOSTS[environment][0]


def test_the_name_that_servicepytan_reads_is_read_too() -> None:
    """SERVICETITAN_API_ENVIRONMENT stands in for ENVIRONMENT of the unnamed profile, and is no
    profile called api.
    """
    write(without("ENVIRONMENT") + "SERVICETITAN_API_ENVIRONMENT=production\n")

    assert (load().environment, load().profile) == ("production", "default")
    assert [p.name for p in profiles()] == ["default", "demo"]


@pytest.mark.parametrize("name", ["MY", "NORTH_EAST", "CLIENT", "TENANT_1", "SERVICETITAN"])
def test_profile_names_may_hold_underscores_and_our_own_words(name: str) -> None:
    """A profile's name ends where one of our fields begins, whatever the name looks like."""
    write(PHOENIX.replace("PHOENIX", name))

    assert load().profile == name.lower()
    assert load().tenant == 985798691


def test_profiles_are_listed_whether_ready_or_not() -> None:
    """In the order of the file, demo last; one that lacks a value says which, and no secret."""
    write(
        PHOENIX
        + "SERVICETITAN_TUCSON_TENANT_ID=12\nSERVICETITAN_TUCSON_CLIENT_SECRET="
        + CLIENT_SECRET
        + "\n"
    )

    ready, half, demo = profiles()

    assert ready == Profile("phoenix", "integration", 985798691, True)
    assert (half.name, half.tenant, half.ready) == ("tucson", 12, False)
    assert "SERVICETITAN_TUCSON_ENVIRONMENT" in half.problem
    assert "SERVICETITAN_TUCSON_CLIENT_ID" in half.problem
    assert demo == Profile("demo", "demo", None, True)
    assert CLIENT_SECRET not in repr([ready, half, demo])


# -- what is wrong


def test_nothing_at_all_says_where_to_begin() -> None:
    """No .env and no variables: the error names the example file and the demo."""
    with pytest.raises(CredentialsMissing, match=r"\.env\.example.*demo"):
        load()
    assert [p.name for p in profiles()] == ["demo"]


@pytest.mark.parametrize(
    "field", ["TENANT_ID", "ENVIRONMENT", "CLIENT_ID", "CLIENT_SECRET", "APP_KEY"]
)
@pytest.mark.parametrize("how", ["", "absent", "   ", "''"])
def test_a_half_filled_profile_names_what_it_lacks(field: str, how: str) -> None:
    """A value that is absent, empty, blank or quoted nothing is missing; the error says which and
    where it was sought.
    """
    write(without(field) if how == "absent" else with_value(field, how))

    with pytest.raises(CredentialsMissing, match=rf"lacks SERVICETITAN_{field}\.") as caught:
        load()
    assert ".env" in str(caught.value)
    assert CLIENT_SECRET not in told(caught.value)


def test_all_that_is_missing_is_named_at_once() -> None:
    """One run tells of every missing value."""
    write("SERVICETITAN_TENANT_ID=5\n")

    with pytest.raises(
        CredentialsMissing,
        match="ENVIRONMENT and SERVICETITAN_CLIENT_ID and SERVICETITAN_CLIENT_SECRET and",
    ):
        load()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("TENANT_ID", "acme"),
        ("TENANT_ID", "-5"),
        ("TENANT_ID", "1.0"),
        ("TENANT_ID", "9" * 19),
        ("TENANT_ID", "١٢"),
        ("TENANT_ID", "12 13"),
        ("ENVIRONMENT", "prod"),
        ("ENVIRONMENT", "demo"),
        ("CLIENT_ID", CLIENT_SECRET),
        ("CLIENT_ID", APP_KEY),
        ("CLIENT_SECRET", CLIENT_ID),
        ("CLIENT_SECRET", "cs1.with a blank"),
        ("CLIENT_SECRET", "cs1.pâté"),
        ("CLIENT_SECRET", '"cs1.line\\nend"'),
        ("APP_KEY", CLIENT_SECRET),
        ("APP_KEY", "ak1.\ttab"),
        ("TIMEZONE", "Mountain Time"),
        ("TIMEZONE", "../../etc/passwd"),
        ("TIMEZONE", "America"),
        ("TIMEZONE", "America/"),
        ("TIMEZONE", "x" * 5000),
        ("TIMEZONE", "a.b/c"),
        ("TIMEZONE", "."),
    ],
)
def test_a_value_that_cannot_be_right_is_named_and_not_shown(field: str, value: str) -> None:
    """Numbers, environments, zones and swapped values are checked before anything is sent; a secret
    is not repeated.
    """
    write(with_value(field, value))

    with pytest.raises(CredentialsInvalid, match=f"SERVICETITAN_{field} cannot be right") as caught:
        load()
    assert isinstance(caught.value, ValueError)
    assert not any(
        s in told(caught.value) for s in (CLIENT_SECRET, CLIENT_ID, APP_KEY, "pâté", "with a blank")
    )


def test_swapped_values_are_told_as_such() -> None:
    """A secret where the client id goes is called what it looks like."""
    write(
        GOOD.replace(CLIENT_ID, "X").replace(CLIENT_SECRET, CLIENT_ID).replace("X", CLIENT_SECRET)
    )

    with pytest.raises(
        CredentialsInvalid, match="looks like a client secret: likely two values were swapped"
    ):
        load()


def test_a_file_that_is_not_there_or_is_no_text(tmp_path: Path) -> None:
    """A named file that is missing, a folder, or no text is told in words."""
    with pytest.raises(CredentialsMissing, match=r"none\.env is not there"):
        load(env_file="none.env")
    with pytest.raises(CredentialsInvalid, match="cannot be read"):
        load(env_file=tmp_path)
    Path(".env").write_bytes((GOOD + "# \u00e9").encode("latin-1"))
    with pytest.raises(CredentialsInvalid, match="UTF-8"):
        load()


# -- addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://api.servicetitan.io",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "ftp://localhost",
        "https://",
        "api.servicetitan.io",
        "//host.example",
        "javascript:alert(1)",
        "https://user:word@host.example",
        "https://host.example?x=1",
        "https://host.example#x",
        "https://host.example:99999",
        "https://host.example:port",
        "https://[::1",
        "https://ho st.example",
        '"https://host.\\nexample"',
        "https://host.example/a b",
        "https://good.example\\@evil.example",
        "https://hôst.example",
        "https://xn--0.example",
    ],
)
@pytest.mark.parametrize("field", ["API_URL", "AUTH_URL"])
def test_secrets_go_nowhere_but_https_or_this_machine(field: str, url: str) -> None:
    """An address that is plain http elsewhere, carries a user, a query or nonsense, is refused
    before anything is sent.
    """
    write(GOOD + f"SERVICETITAN_{field}={url}\n")

    with pytest.raises(CredentialsInvalid, match=f"SERVICETITAN_{field} cannot be right"):
        load()


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("https://proxy.example", "https://proxy.example/connect/token"),
        ("https://proxy.example/", "https://proxy.example/connect/token"),
        ("https://proxy.example/st/token", "https://proxy.example/st/token"),
        ("http://localhost:8080", "http://localhost:8080/connect/token"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1/connect/token"),
        ("http://[::1]:5", "http://[::1]:5/connect/token"),
        ("HTTPS://Proxy.Example", "https://proxy.example/connect/token"),
    ],
)
def test_an_address_of_ones_own_makes_the_environment_custom(url: str, token: str) -> None:
    """https anywhere, http on loopback; the token's path is added where there is none; trailing
    slashes go.
    """
    write(GOOD + f"SERVICETITAN_AUTH_URL={url}\nSERVICETITAN_API_URL={url}/\n")

    c = load()

    assert (c.environment, c.auth_url, c.api_url) == ("custom", token, url.rstrip("/").lower())


def test_with_both_addresses_no_environment_is_needed() -> None:
    """One alone still needs it, for the other address."""
    both = "SERVICETITAN_API_URL=http://localhost:1\nSERVICETITAN_AUTH_URL=http://localhost:1\n"
    write(without("ENVIRONMENT") + both)
    assert load().environment == "custom"

    write(without("ENVIRONMENT") + both.splitlines()[0])
    with pytest.raises(CredentialsMissing, match="ENVIRONMENT"):
        load()


INTEGRATION, PRODUCTION = HOSTS["integration"], HOSTS["production"]


@pytest.mark.parametrize(
    "lines",
    [
        f"SERVICETITAN_API_URL={PRODUCTION[0]}",
        f"SERVICETITAN_AUTH_URL={PRODUCTION[1]}",
        f"SERVICETITAN_API_URL={PRODUCTION[0].upper().replace('HTTPS', 'https')}.",
        f"SERVICETITAN_API_URL={PRODUCTION[0]}:443\nSERVICETITAN_AUTH_URL=https://proxy.example",
        f"SERVICETITAN_ENVIRONMENT=\nSERVICETITAN_API_URL={PRODUCTION[0]}\n"
        f"SERVICETITAN_AUTH_URL={INTEGRATION[1]}",
    ],
)
def test_a_pair_of_one_environment_never_goes_to_the_other(lines: str) -> None:
    """An address of ServiceTitan must be of the profile's environment, however it is written."""
    write(GOOD + lines + "\n")

    with pytest.raises(CredentialsInvalid, match="environment"):
        load()


# -- secrets stay secret


def test_a_secret_shows_itself_to_nobody() -> None:
    """repr, str, format, containers and the credentials' own repr show stars; only reveal() gives
    it.
    """
    s = Secret(CLIENT_SECRET)
    c = Credentials("p", "production", 1, s, s, s, "https://a.example", "https://b.example")

    for shown in (
        repr(s),
        str(s),
        f"{s}",
        f"{s!s:>80}",
        f"{s}",
        repr([s]),
        repr({1: s}),
        repr(c),
        str(c),
        f"{c}",
    ):
        assert CLIENT_SECRET not in shown
    with pytest.raises(TypeError):
        format(s, ">80")
    assert s.reveal() == CLIENT_SECRET
    assert not hasattr(s, "__dict__")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(protocol: int) -> None:
    """It would lie in the file as plain text; the same goes for what holds it, and for copies."""
    s = Secret(CLIENT_SECRET)
    c = Credentials("p", "production", 1, s, s, s, "https://a.example", "https://b.example")

    for thing in (s, c, [s]):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(thing, protocol)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(c)
    with pytest.raises(TypeError, match="not pickled"):
        dataclasses.asdict(c)


def test_secrets_compare_and_hash_by_value() -> None:
    """Two credentials of the same pair share their token; another text, or no Secret, differs."""
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret("")


def test_what_was_read_shows_no_value() -> None:
    """The settings, with every variable in them, have a repr of their own."""
    write(GOOD)

    shown = repr(credentials.settings())

    assert "5 variables" in shown
    assert not any(value in shown for value in (CLIENT_SECRET, CLIENT_ID, APP_KEY, "985798691"))


# -- anything at all

PIECES = some.sampled_from(
    [
        "=",
        "\n",
        "\r",
        "'",
        '"',
        "$",
        "${",
        "}",
        "#",
        "\\",
        "\x00",
        "\ufeff",
        " ",
        "\t",
        "é",
        "\u2028",
        "\U0001f600",
        "x",
        "7",
        "ENVIRONMENT=",
        "cs1.",
        ".",
        "export ",
        "_",
        "SERVICETITAN_",
        "PHOENIX_",
        "https://",
        "://",
        "[",
        "TIMEZONE=",
        "API_URL=",
        "AUTH_URL=http://",
        "\nSTNB_PROFILE=",
        "ENVIRONMENT=production",
    ]
)
EDITS = some.lists(
    some.tuples(some.integers(0, 999), some.integers(0, 40), PIECES), min_size=1, max_size=6
)


@settings(
    max_examples=tries(1000),
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(EDITS, some.sampled_from([None, "default", "phoenix"]))
@pytest.mark.long
def test_no_corruption_gets_past_the_setup_errors(
    edits: list[tuple[int, int, str]], profile: str | None
) -> None:
    """Cut, spoilt and scrambled in any way, the file gives credentials or a SetupError, and no word
    of the secret.
    """
    text = GOOD + PHOENIX
    for at, length, piece in edits:
        start = at * len(text) // 1000
        text = text[:start] + piece + text[start + length :]
    Path(".env").write_bytes(text.encode("utf-8", "replace"))

    shown = repr(profiles())
    try:
        shown += repr(load(profile))
    except SetupError as err:
        shown += told(err)

    assert not any(value[-25:] in shown.lower() for value in (CLIENT_SECRET, CLIENT_ID, APP_KEY))


@settings(
    max_examples=tries(200),
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(some.binary(max_size=200))
def test_any_bytes_are_a_file_or_a_setup_error(content: bytes) -> None:
    """A picture saved as .env is refused in words."""
    Path(".env").write_bytes(content)

    with pytest.raises(SetupError):
        load()
