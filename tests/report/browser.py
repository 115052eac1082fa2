"""Headless Chromium: pages are laid out in frames of several widths and asked about themselves."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
]
ASK = """
const wait = ms => new Promise(done => setTimeout(done, ms));
const frames = [...document.querySelectorAll("iframe")];
function visible(page, id) {
  return page.defaultView.getComputedStyle(page.getElementById(id)).display !== "none";
}
function wide(page) {
  const limit = page.documentElement.clientWidth + 1, found = [];
  for (const one of page.querySelectorAll("article *")) {
    if (!one.closest(".scroll") && !one.closest(".skip") && one.getClientRects().length
        && one.getBoundingClientRect().right > limit) found.push(one.outerHTML.slice(0, 120));
  }
  if (page.documentElement.scrollWidth > limit) found.push("the page scrolls sideways");
  return found;
}
function state(page) {
  const shown = ["en", "zh"].filter(id => visible(page, id));
  const current = page.querySelector(`#${shown[0]} .languages [aria-current]`);
  return {shown, current: current && current.textContent, wide: wide(page),
          text: page.getElementById(shown[0]).innerText.length};
}
async function ask(frame) {
  const page = frame.contentDocument, answers = {first: state(page)};
  const link = page.querySelector('#en a[href="#zh"]');
  link.focus();
  answers.focus = page.activeElement === link;
  link.click(); await wait(150); answers.chinese = state(page);
  page.querySelector('a[href="#zh-limits"]').click(); await wait(150);
  answers.inside = state(page);
  for (const one of page.querySelectorAll("#zh details")) one.open = true;
  await wait(50); answers.opened = state(page);
  page.querySelector('#zh a[href="#en"]').click(); await wait(150); answers.back = state(page);
  return answers;
}
addEventListener("load", async () => {
  const answers = {};
  for (const frame of frames) answers[frame.width] = await ask(frame);
  const out = document.createElement("pre");
  out.id = "answers"; out.textContent = JSON.stringify(answers); document.body.append(out);
});
"""


def chromium() -> str:
    """Chromium's path. Without it the test is skipped, but in CI it fails."""
    found = shutil.which("chromium")
    if found is None:
        reason = "chromium is not installed (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def open_page(folder: Path, address: str, *more: str) -> tuple[str, list[str]]:
    """Return the page's document after its scripts, and what it wrote to the console."""
    done = subprocess.run(
        [chromium(), *FLAGS, f"--user-data-dir={folder / 'profile'}", *more, "--dump-dom", address],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, re.findall(r"CONSOLE.*", done.stderr)


def asked(folder: Path, page: str, widths: tuple[int, ...]) -> dict[str, Any]:
    """Return what the page, in a frame of each width, says of itself in each language."""
    frames = "".join(
        f'<iframe width="{width}" height="800" srcdoc="{html.escape(page)}"></iframe>'
        for width in widths
    )
    harness = folder / "harness.html"
    harness.write_text(f"<!doctype html><body>{frames}<script>{ASK}</script>", "utf-8")
    document, _console = open_page(folder, harness.as_uri(), "--virtual-time-budget=20000")
    found = re.search(r'<pre id="answers">(.*?)</pre>', document, re.S)
    assert found, "the harness did not finish"
    answers: dict[str, Any] = json.loads(html.unescape(found[1]))
    return answers
