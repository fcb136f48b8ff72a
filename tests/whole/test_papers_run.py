"""The code of the README and of the guide runs, pasted in its order into a fresh notebook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

ROOT = Path(__file__).parents[2]
PAPERS = [ROOT / "README.md", *sorted((ROOT / "stnb" / "guide").glob("*.md"))]
CODE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
WITH_CODE = {paper.stem: CODE.findall(paper.read_text("utf-8")) for paper in PAPERS}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name, blocks in WITH_CODE.items() if blocks])
def test_its_code_runs(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing stands before it but the installation, and no profile is set up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STNB_DEMO_SCALE", "0.05")
    known: dict[str, Any] = {}
    for number, block in enumerate(WITH_CODE[name], 1):
        exec(compile(block, f"{name}, block {number}", "exec"), known)
    plt.close("all")

    assert "stnb" in known
