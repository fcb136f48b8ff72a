"""Asks the demo app in this process, over plain HTTP messages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import httpx

from stnb.demoserver import APP_KEY, CLIENT_ID, CLIENT_SECRET, TENANT, make_app

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12).timestamp()


class Client:
    """A logged-in caller of a small demo tenant; close it when done."""

    def __init__(self, **options: Any) -> None:
        app = make_app(**{"today": TODAY, "clock": lambda: NOON, "scale": 0.045, **options})
        self.skip = app.state.skip  # lets time pass for reports
        self._loop = asyncio.Runner()
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="https://demo.invalid"
        )
        pair = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        token = self._loop.run(self._http.post("/connect/token", data=pair)).json()["access_token"]
        self._http.headers.update({"Authorization": f"Bearer {token}", "ST-App-Key": APP_KEY})

    def ask(
        self,
        path: str,
        query: Any = None,
        keys: Sequence[str] = (),
        method: str = "GET",
        body: Any = None,
    ) -> httpx.Response:
        path = path.replace("{tenant}", str(TENANT))
        for key in keys:
            path = re.sub(r"\{\w+\}", key, path, count=1)
        return self._loop.run(self._http.request(method, path, params=query or {}, json=body))

    def close(self) -> None:
        self._loop.run(self._http.aclose())
        self._loop.close()
