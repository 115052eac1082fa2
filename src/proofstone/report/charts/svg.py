"""SVG elements as safe markup; coordinates may be percentages, so a picture fits its column."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def element(tag: str, *children: str, **attributes: str | float | None) -> Markup:
    """Return an element; `class_` is written `class`, `text_anchor` as `text-anchor`.

    >>> print(element("text", "a < b", x="5%", class_="tick"))
    <text x="5%" class="tick">a &lt; b</text>
    """
    written = []
    for name, value in attributes.items():
        if value is None:
            continue
        shown = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
        written.append(Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), shown))
    inside = Markup("").join(escape(child) for child in children)
    opening = Markup("").join(written)
    if not children:
        return Markup("<{}{}/>").format(tag, opening)
    return Markup("<{0}{1}>{2}</{0}>").format(tag, opening, inside)


def picture(
    title: str,
    description: str,
    body: Iterable[Markup],
    *,
    class_: str,
    height: float | None = None,
    view_box: str | None = None,
) -> Markup:
    """Return an `svg` image with its name and description for a screen reader."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *body,
        role="img",
        class_=class_,
        width="100%",
        height=height,
        viewBox=view_box,
    )


def plot(*body: Markup, inset: float) -> Markup:
    """Return a part of a percentage-based picture with `inset` percent of room at either side."""
    return element("svg", *body, x=f"{inset:g}%", width=f"{100 - 2 * inset:g}%", class_="plot")


def line(x1: str | float, y1: str | float, x2: str | float, y2: str | float, kind: str) -> Markup:
    """Return a line of class `kind`."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def text(x: str | float, y: str | float, words: str, kind: str, anchor: str = "middle") -> Markup:
    """Return a text of class `kind`."""
    return element("text", words, x=x, y=y, class_=kind, text_anchor=anchor)
