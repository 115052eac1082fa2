"""Models in repositories of a hub, through the client library `huggingface_hub`."""

from __future__ import annotations

import difflib
import errno
import os
from pathlib import Path
from typing import Any

from proofstone.core.errors import DataError, InputError
from proofstone.core.extras import need
from proofstone.core.i18n import _
from proofstone.models.sources.address import HubPath, is_inside
from proofstone.models.sources.delivery import Delivery, Keep, Tell, choose, one_line

_FULL = {errno.ENOSPC, errno.EDQUOT}


def from_hub(place: HubPath, work: Path, keep: Keep, tell: Tell) -> Delivery:
    """Fetch the file, or the repository's wanted files, at one commit, which `origin` then names.

    Which hub is asked, and with which token, is for the library's own variables to say
    (HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE); it sends no telemetry.

    Raises:
        InputError: the hub cannot be reached, or does not let us in.
        DataError: it has no such repository, revision or file.
        MissingExtra: `huggingface_hub` is not installed.

    Not covered: files that the hub keeps outside its large-file store have no SHA-256 there, so
    that the connection alone vouches for them, unless the address was fetched with one.
    """
    constants: Any = need("huggingface_hub.constants", "text")
    constants.HF_HUB_DISABLE_TELEMETRY = True
    hub = need("huggingface_hub", "text")
    errors = need("huggingface_hub.errors", "text")
    tell(_("asking the hub for {what}").format(what=str(place)))
    api = hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
    try:
        return _delivery(place, api, work, keep, tell)
    except errors.GatedRepoError as error:
        hint = "accept the model's terms on its page, then set HF_TOKEN"
        raise InputError(f"{place}: the hub does not let us in", hint=hint) from error
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as error:
        hint = "check owner, name and revision; a private one needs HF_TOKEN"
        raise DataError(f"{place}: the hub has no such repository", hint=hint) from error
    except (errors.HTTPError, errors.HFValidationError, OSError) as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        raise InputError(
            f"{place}: is not on this machine, and the hub could not be asked: {_told(error)}",
            hint="fetch it while there is a network, or copy the file here and give its path",
        ) from error


def _delivery(place: HubPath, api: Any, work: Path, keep: Keep, tell: Tell) -> Delivery:
    about = api.model_info(place.repository, revision=place.revision, files_metadata=True)
    siblings = {one.rfilename: one for one in about.siblings if is_inside(one.rfilename)}
    wanted, whole, left = choose(siblings.keys(), place.path, keep)
    if not wanted and not left:
        near = difflib.get_close_matches(place.path, sorted(siblings), n=1)
        hint = f"did you mean {near[0]}?" if near else "check the path"
        raise DataError(f"{place}: the repository holds no such file or folder", hint=hint)
    files = {}
    for short, name in wanted.items():
        tell(_("fetching {what}").format(what=name))
        fetched = api.hf_hub_download(
            place.repository, name, revision=about.sha, local_dir=work / "hub"
        )
        files[short] = Path(fetched)
    return Delivery(
        files,
        whole=whole,
        licence=one_line(about.card_data.get("license")) if about.card_data else "",
        origin=f"hf://{place.repository}@{about.sha}",
        left=left,
        stated={
            short: siblings[name].lfs.sha256
            for short, name in wanted.items()
            if siblings[name].lfs is not None
        },
        remedy="the hub sent another file than it describes: fetch it again",
    )


def _told(error: Exception) -> str:
    """The first line of what the library says."""
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
