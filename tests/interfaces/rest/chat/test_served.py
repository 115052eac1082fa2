"""An assistant served by the same function as a table's model, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from openai import OpenAI
from tests.interfaces.rest.chat.conftest import Running
from tests.interfaces.rest.conftest import Client
from tests.registry.releases import verified as verified_table

from proofstone.interfaces.rest.server import application

PROGRAM = """
import sys
from pathlib import Path
from proofstone.interfaces.rest.server import serve
from tests.serve.chat.assistants import verified_assistant
serve(verified_assistant(Path(sys.argv[1])), port=0, slots=1,
      ready=lambda address: print(address, flush=True))
print("stopped")
"""


def test_it_answers_until_it_is_interrupted(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
            turn = {"role": "user", "content": "怎样验证发布版本？"}
            answer = client.chat.completions.create(model="helpdesk", messages=[turn])  # type: ignore[list-item]
        assert "来源" in (answer.choices[0].message.content or "")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "stopped\n", "")


def test_each_kind_of_model_speaks_its_own_protocol(extractive: Running, tmp_path: Path) -> None:
    statuses = {}
    for name, verified in (
        ("assistant", extractive.server.verified), ("table", verified_table(tmp_path))
    ):  # fmt: skip
        client = Client(application(verified, host="127.0.0.1", slots=1, outcomes=None))
        paths = ("/v1/models", "/v2/models/loans", "/v2/health/ready")
        statuses[name] = [client.get(path).status_code for path in paths]
    assert statuses == {"assistant": [200, 404, 200], "table": [404, 200, 200]}
