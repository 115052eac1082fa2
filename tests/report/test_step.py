from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from proofstone.report.render import render
from proofstone.report.step import render_report


def test_the_step_renders_the_record(record: dict[str, Any]) -> None:
    def read(name: str) -> bytes:
        assert name == "record.json"
        return json.dumps(record).encode()

    context: Any = SimpleNamespace(inputs={"record": SimpleNamespace(read=read)}, settings={})
    drafts = render_report.function(context)
    assert (render_report.name, render_report.outputs) == ("report.render", ("report",))
    assert drafts["report"].kind == "report"
    assert drafts["report"].files == {"report.html": render(record).encode()}
