"""What can be done with models from elsewhere: fetch, show, ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from proofstone.api.space import Space


class ModelDesk:
    """What can be done with models from elsewhere, kept in the folder that a setting names."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def list(self) -> dict[str, Any]:
        """The models that are known and those that are kept here."""
        from proofstone.pipeline.models import list_models

        return list_models(self._space.settings.models)

    def pull(self, address: str, *, sha256: str | None = None) -> dict[str, Any]:
        """Fetch a model by address, or by the name of a known one; return its card."""
        from proofstone.pipeline.models import pull_model

        space = self._space
        return pull_model(address, space.settings.models, sha256=sha256, tell=space.tell)

    def show(self, model: str) -> dict[str, Any]:
        """The card of a model that is here, by address or by the name of a known one."""
        from proofstone.pipeline.models import show_model

        return show_model(model, self._space.settings.models)

    def assess(self, model: Path, **asking: Any) -> dict[str, Any]:
        """Assess an ONNX file on a table; `asking` is what `pipeline.asked.asking` takes."""
        from proofstone.pipeline.asked import asking as asked
        from proofstone.pipeline.asked import assess_onnx

        return assess_onnx(model, asked(**asking))

    def assess_endpoint(self, url: str, model: str, **options: Any) -> dict[str, Any]:
        """Assess a model behind an Open Inference Protocol endpoint; answers are kept.

        `key` and `limits` are as `pipeline.asked.assess_inference` takes them, the rest as
        `pipeline.asked.asking` does.
        """
        from proofstone.pipeline.asked import asking as asked
        from proofstone.pipeline.asked import assess_inference

        own = {name: options.pop(name) for name in ("key", "limits") if name in options}
        store = self._space.open_store()
        try:
            return assess_inference(url, model, store, asked(**options), **own)
        finally:
            store.close()

    def ask(self, model: Path, questions: Path, **options: Any) -> dict[str, Any]:
        """Assess a chat model (GGUF) on a list of questions; answers are kept in the ledger."""
        from proofstone.pipeline.questions import assess_questions

        store = self._space.open_store()
        try:
            return assess_questions(model, questions, store, **options)
        finally:
            store.close()

    def ask_endpoint(self, url: str, model: str, **options: Any) -> dict[str, Any]:
        """Assess a chat model behind an OpenAI-compatible endpoint; see `assess_endpoint`."""
        from proofstone.pipeline.endpoint import assess_endpoint

        store = self._space.open_store()
        try:
            return assess_endpoint(url, model, store, **options)
        finally:
            store.close()
