"""Pulls jobs, an export and a report with servicepytan, unchanged: run by a Python that has it,
with the address on stdin.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serving() -> Iterator[str]:
    """The demo on a free port of this machine; what the script needs to know, as JSON."""
    import uvicorn

    from stnb.demoserver import APP_KEY, CLIENT_ID, CLIENT_SECRET, TENANT, make_app

    server = uvicorn.Server(
        uvicorn.Config(make_app(scale=0.1), host="127.0.0.1", port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    told = {
        "address": f"http://127.0.0.1:{port}",
        "tenant": TENANT,
        "key": APP_KEY,
        "id": CLIENT_ID,
        "secret": CLIENT_SECRET,
    }
    try:
        yield json.dumps(told)
    finally:
        server.should_exit = True
        thread.join()


def main() -> None:
    """Prints how many rows came."""
    import servicepytan

    told = json.load(sys.stdin)
    conn = servicepytan.auth.servicepytan_connect(
        app_key=told["key"],
        tenant_id=str(told["tenant"]),
        client_id=told["id"],
        client_secret=told["secret"],
    )
    conn["auth_root"] = conn["api_root"] = told["address"]
    jobs = servicepytan.Endpoint("jpm", "jobs", conn).get_all({"pageSize": 500})
    counted = servicepytan.Endpoint("jpm", "jobs", conn).get_many(
        {"includeTotal": "true", "pageSize": 1}
    )["totalCount"]
    exported = servicepytan.Endpoint("jpm", "jobs", conn).export_all(
        "jobs", include_recent_changes=True
    )
    report = servicepytan.Report("accounting", "70101", conn)
    report.add_params("From", "2020-01-01")
    report.add_params("To", "2030-01-01")
    rows = len(report.get_all_data()["data"])
    counts = {
        "jobs": len({j["id"] for j in jobs}),
        "of": counted,
        "export": len({j["id"] for j in exported}),
        "report": rows,
    }
    sys.stdout.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    main()
