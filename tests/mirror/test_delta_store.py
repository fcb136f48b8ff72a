"""Delta tables in an object store, on an S3 server of this machine."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import stnb
from stnb.errors import BadFilter, CannotSave, UsageError
from stnb.mirror import sync
from stnb.mirror.delta_package import tried
from stnb.mirror.delta_store import lake_address
from tests.helpers.interrupts import ended
from tests.helpers.owner import SECRETS
from tests.helpers.sample import EVERYTHING
from tests.helpers.warned import quiet
from tests.mirror.test_delta import Named
from tests.mirror.test_sync import history, rows_of

PATIENCE = 60.0  # seconds until the server answers
HAS_SERVER = importlib.util.find_spec("moto") is not None
needs_server = pytest.mark.skipif(not HAS_SERVER, reason="moto is not installed")


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("s3://bucket/lake/", "s3://bucket/lake"),
        ("GS://bucket/lake", "gs://bucket/lake"),
        ("abfss://files@account.dfs.core.windows.net/lake", "abfss://files@account.dfs.core."
         "windows.net/lake"),
        ("memory://lake", None),
        ("lake", None),
        (Path("lake"), None),
    ],
)  # fmt: skip
def test_which_places_are_lakes_in_a_store(target: object, address: str | None) -> None:
    """Text with the scheme of a store that deltalake knows."""
    assert lake_address(target) == address


@pytest.mark.parametrize("target", ["s3://me:key@bucket/lake", "s3://", "s3://bucket/lake?x=1"])
def test_an_address_with_more_than_a_bucket_and_a_folder_is_refused(target: str) -> None:
    """Keys do not belong into an address, nor into the message."""
    with pytest.raises(BadFilter, match="does not fit") as caught:
        lake_address(target)
    assert "key" not in caught.value.happened


@pytest.mark.parametrize("scheme", ["s3", "gs", "az", "abfss"])
def test_a_store_that_lacks_its_keys_is_said(scheme: str) -> None:
    """In three sentences, of which the last one names the keys, not the room of a disk."""
    pytest.importorskip("deltalake")

    def fails() -> None:
        raise OSError("Generic error of a store\nwith more lines, which may name what is secret")

    with pytest.raises(CannotSave) as caught:
        tried(f"{scheme}://bucket/lake/jobs", fails)
    assert caught.value.why == "The store says: Generic error of a store."
    assert "usual variables" in caught.value.next
    with pytest.raises(CannotSave, match="has room"):
        tried("lake/jobs", fails)


def test_parquet_files_are_kept_on_this_machine() -> None:
    """It says which format a store can have."""
    with pytest.raises(BadFilter, match='format="delta"'):
        sync(["toys.widgets"], "s3://bucket/lake", account=Named())


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 server of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    log = tmp_path_factory.mktemp("s3") / "log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            ended(process)


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            httpx.get(url, trust_env=False)
            return
        except httpx.TransportError:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.fixture
def lake(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The address of an empty lake in a bucket of the server."""
    pytest.importorskip("deltalake")
    for name, value in _variables(endpoint).items():
        monkeypatch.setenv(name, value)
    bucket = f"b{abs(hash(request.node.name))}"
    assert httpx.put(f"{endpoint}/{bucket}", trust_env=False).status_code == 200
    return f"s3://{bucket}/lake"


def _variables(endpoint: str) -> dict[str, str]:
    """The variables by which programs find the server, as the store's own."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
    }


def up_to_date(server: Named, lake: str) -> Any:
    return quiet(lambda: sync(["toys.widgets"], lake, account=server, format="delta"))


def kept(lake: str, tenant: str = "p") -> dict[int, dict[str, Any]]:
    """The rows of a tenant, as SQL reads them."""
    found = stnb.sql("from toys_widgets where tenant = $tenant", lake, tenant=tenant)
    kinds = {"id": "int64", "active": "bool"}
    return rows_of(found.drop(columns="tenant").astype(kinds))


@needs_server
@pytest.mark.long
def test_a_lake_in_a_store_is_kept_up_to_date(lake: str) -> None:
    """From the cursor of the last run on; as it was, too."""
    server = Named()
    history(server, 1)
    up_to_date(server, lake)
    server.put(3, name="other")
    asked = len(server.requests)
    second = up_to_date(server, lake)

    assert second[["before", "added", "changed"]].values.tolist() == [[5, 0, 1]]
    assert len(server.requests) == asked + 1
    assert kept(lake) == server.rows
    before = stnb.sql("select name from toys_widgets where id = 3", lake, as_of=0)
    assert before["name"].tolist() == ["run 0"]


@needs_server
def test_another_tenant_of_the_same_name_is_refused(lake: str) -> None:
    """Rows of two tenants are never mixed up."""
    server = Named()
    history(server, 1)
    up_to_date(server, lake)

    with pytest.raises(UsageError, match="are those of tenant 42"):
        up_to_date(Named(tenant=43), lake)


@needs_server
@pytest.mark.long
def test_two_writers_at_once(lake: str) -> None:
    """Both tenants have their rows in the end."""
    servers = [Named("one", tenant=1), Named("two", tenant=2)]
    for server in servers:
        history(server, 2)
    threads = [threading.Thread(target=up_to_date, args=(each, lake)) for each in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert kept(lake, "one") == servers[0].rows
    assert kept(lake, "two") == servers[1].rows


@needs_server
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills the writer")
@pytest.mark.long
def test_a_killed_writer_is_made_good(lake: str, tmp_path: Path) -> None:
    """Whether it was killed before or after what it wrote."""
    server = Named()
    history(server, 2)
    code = """
import os, signal, sys
import deltalake
from tests.mirror.test_delta import Named
from tests.mirror.test_delta_store import up_to_date
from tests.mirror.test_sync import history
write, at, count = deltalake.write_deltalake, int(sys.argv[1]), 0
def dying(*args, **options):
    global count
    for step in (write, None):
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        if step is not None:
            step(*args, **options)
deltalake.write_deltalake = dying
server = Named()
history(server, 1)
up_to_date(server, sys.argv[2])
"""
    root = str(Path(stnb.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "STNB_CACHE": str(tmp_path)}
    steps = range(1, 5) if EVERYTHING else range(2, 3)
    for at in steps:
        place = f"{lake}{at}"
        command = [sys.executable, "-c", code, str(at), place]
        done = subprocess.run(command, env=environment, cwd=root, timeout=PATIENCE)
        assert done.returncode == -signal.SIGKILL
        up_to_date(server, place)
        assert kept(place) == server.rows


@needs_server
@pytest.mark.long
def test_a_bucket_that_is_not_there(lake: str) -> None:
    """One error in words, without the keys."""
    server = Named()
    history(server, 1)

    with pytest.raises(CannotSave) as caught:
        up_to_date(server, "s3://nobody/lake")
    with pytest.raises(UsageError, match="cannot be read"):
        stnb.sql("from toys_widgets", "s3://nobody/lake")
    assert not any(secret in str(caught.value) for secret in (*SECRETS, "testing"))
