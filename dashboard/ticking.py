"""What moves on an open page without asking the server: the countdown, the line of «now»; and the page's language.

Here: one script for all pages, and what it reads. Not here: which moments are waited for (`domain.deadlines`).

The server writes the countdown as it stands; the script then counts by the server's clock, not by the reader's,
which may be wrong. A chart that is drawn anew would lose its zoom, so the line of «now» is moved in the picture.
"""

from __future__ import annotations

import html
import json
from datetime import datetime

import streamlit as st

from dashboard.language import left
from dashboard.texts import Texts
from elec_pipeline.domain.deadlines import Deadline, deadlines

NOW = "now"
"""Name of the shape and of the annotation in a figure that stand at the present moment."""
_AHEAD = 6
"""How many deadlines an open page knows: two days."""
_SCRIPT = """<script>
(() => {
  if (window.elecTicks) return;
  let server = "", offset = 0;
  const left = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000)), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    const two = (n) => String(n).padStart(2, "0");
    const text = h ? `${h} h ${two(m)} min` : s < 300 ? `${m} min ${two(s % 60)} s` : `${m} min`;
    return text.replaceAll(" ", "\\u00a0");
  };
  const count = (element, now) => {
    const next = JSON.parse(element.dataset.deadlines).find((each) => each.at > now);
    if (next) element.textContent = next.text.replace("{left}", left(next.at - now));
  };
  const move = (plot, now) => {
    const layout = plot._fullLayout, at = layout?.shapes?.findIndex((each) => each.name === "now") ?? -1;
    if (at < 0) return;
    const shape = layout.shapes[at], axis = layout.xaxis, was = Date.parse(shape.x0.replace(" ", "T") + "Z");
    const shift = `translateX(${axis.l2p(now) - axis.l2p(was)}px)`;
    plot.querySelectorAll(`.shapelayer path[data-index="${at}"]`).forEach((each) => each.style.transform = shift);
    const note = layout.annotations.findIndex((each) => each.name === "now");
    plot.querySelectorAll(`.annotation[data-index="${note}"]`).forEach((each) => {
      each.style.transform = shift;
      const text = each.querySelector("text"), clock = new Date(now).toLocaleTimeString(
        "fr-FR", {timeZone: "Europe/Paris", hour: "2-digit", minute: "2-digit"});
      if (text) text.textContent = text.textContent.replace(/\\d\\d:\\d\\d/, clock);
    });
  };
  window.elecTicks = setInterval(() => {
    const page = document.querySelector("[data-server-now]");
    if (!page) return;
    document.documentElement.lang = page.lang;
    if (page.dataset.serverNow !== server) {
      server = page.dataset.serverNow;
      offset = Number(server) - Date.now();
    }
    const now = Date.now() + offset;
    document.querySelectorAll("[data-deadlines]").forEach((each) => count(each, now));
    document.querySelectorAll(".js-plotly-plot").forEach((each) => move(each, now));
  }, 1000);
})();
</script>"""


def start(texts: Texts, now: datetime) -> None:
    """Let the page tick: once a run, on every page."""
    moment = round(now.timestamp() * 1000)
    st.html(
        f'<span lang="{texts.language}" data-server-now="{moment}"></span>{_SCRIPT}', unsafe_allow_javascript=True
    )


def countdown(texts: Texts, now: datetime) -> str:
    """Return what is waited for and how long still, as HTML that ticks."""
    coming = deadlines(now, _AHEAD)
    told = [{"at": round(each.at.timestamp() * 1000), "text": _sentence(each, texts)} for each in coming]
    said = _sentence(coming[0], texts).format(left=left(coming[0].at - now))
    return f'<span data-deadlines="{html.escape(json.dumps(told))}">{html.escape(said)}</span>'


def _sentence(deadline: Deadline, texts: Texts) -> str:
    return texts("awaited_gate" if deadline.issue is None else f"awaited_{deadline.issue}", left="{left}")
