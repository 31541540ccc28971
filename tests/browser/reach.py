"""What a page offers to the keyboard: everything that a mouse can press takes the focus, shows it, and stands in reading order."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

# Things to press that can be seen. Of a group of radio buttons Tab reaches one, arrows the others.
OFFERED = """
const offered = (() => {
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [onclick], [contenteditable],'
    + '[role=button], [role=link], [role=tab], [role=checkbox], [role=menuitem], [tabindex]:not([tabindex="-1"])';
  const seen = e => e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) && e.getClientRects().length;
  const all = [...document.querySelectorAll(wanted)].filter(e => seen(e) && !e.disabled && !e.closest('[inert]'));
  const taken = new Map();
  for (const e of all) if (e.type === 'radio' && e.name) {
    const group = [e.form, e.name].map(x => x && (x.dataset && (x.dataset.reach ||= String(Math.random())) || x)).join();
    if (!taken.has(group) || e.checked) taken.set(group, e);
  }
  const stops = new Set(taken.values());
  return {all, stops: all.filter(e => e.type !== 'radio' || !e.name || stops.has(e))};
})();
const named = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.name ? '[' + e.name + ']' : '')
  + ' "' + (e.innerText || e.value || e.getAttribute('aria-label') || '').trim().slice(0, 30) + '"';
"""

REACHED = (
    "(() => {"
    + OFFERED
    + """
  const told = [], {all} = offered, start = document.activeElement;
  const look = e => { const s = getComputedStyle(e), l = e.labels && e.labels[0], t = l && getComputedStyle(l);
    return [s, t].filter(Boolean).map(x => [x.outlineStyle, x.outlineWidth, x.outlineColor, x.boxShadow].join()).join(); };
  for (const e of all) {
    if (e.tabIndex < 0) told.push('Tab passes by ' + named(e));
    if (e.tabIndex > 0) told.push('out of order by its number: ' + named(e));
    document.activeElement.blur();
    const before = look(e);
    e.focus({preventScroll: true, focusVisible: true});
    if (document.activeElement !== e) told.push('takes no focus: ' + named(e));
    else if (look(e) === before) told.push('shows no focus: ' + named(e));
  }
  const parents = new Map();
  for (const e of all) for (let c = e; c.parentElement; c = c.parentElement) {
    if (!parents.has(c.parentElement)) parents.set(c.parentElement, []);
    const held = parents.get(c.parentElement);
    if (held[held.length - 1] !== c) held.push(c);
  }
  for (const held of parents.values()) for (let i = 1; i < held.length; i++) {
    const [one, two] = [held[i - 1], held[i]];
    if ([one, two].some(e => ['fixed', 'absolute', 'sticky'].includes(getComputedStyle(e).position))) continue;
    const [a, b] = [one.getBoundingClientRect(), two.getBoundingClientRect()];
    const above = b.bottom <= a.top + 1 && b.right > a.left && b.left < a.right;
    const left = b.right <= a.left + 1 && b.bottom > a.top && b.top < a.bottom;
    if (above || left) told.push('read before but reached after: ' + named(two) + ' and ' + named(one));
  }
  document.activeElement.blur();
  start.focus({preventScroll: true});
  return JSON.stringify([all.length, told]);
})()"""
)
MARKED = "(() => {" + OFFERED + " offered.stops.forEach((e, i) => e.dataset.stop = i); return offered.stops.map(named); })()"
FOCUSED = """(() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const s = getComputedStyle(e), box = e.getBoundingClientRect();
  const shown = (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none';
  const label = e.labels && e.labels[0];
  const points = [[.5, .5], [.1, .5], [.9, .5], [.5, .2], [.5, .8]].map(([x, y]) => [box.left + box.width * x, box.top + box.height * y]);
  const seen = points.some(([x, y]) => { const top = document.elementFromPoint(x, y);
    return top && (e.contains(top) || top.contains(e) && top !== document.body || (label && label.contains(top))); });
  return {stop: e.dataset.stop ?? null, shown, seen, told: e.tagName + ' ' + (e.id || e.name || e.innerText || '').slice(0, 40)};
})()"""


def unreached(page: Page) -> list[str]:
    """What a keyboard does not reach, does not see or meets out of order on this page, one line each."""
    page.keyboard.press("Tab")  # from here on the browser shows focus as it does to who uses keys
    number, told = json.loads(page.evaluate(REACHED))
    return [f"{page.url} {line}" for line in told] or ([] if number else [f"{page.url} offers nothing at all"])


def walked(page: Page) -> list[str]:
    """Press Tab from the top to the end, truly: every stop once, in the order of the page, seen; then out of the page."""
    stops: list[str] = page.evaluate(MARKED)
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    found: list[str] = [] if stops else [f"{page.url} offers nothing at all"]
    reached: list[int] = []
    for _ in range(4 * len(stops) + 5):
        page.keyboard.press("Tab")
        on: dict[str, Any] | None = page.evaluate(FOCUSED)
        if on is None or (reached and on["stop"] == "0"):
            break
        if on["stop"] is None:
            found.append(f"{page.url} Tab stops at what was not offered: {on['told']}")
            continue
        if reached and reached[-1] == int(on["stop"]):
            continue  # the day, month, year and calendar of one date field: the browser's own stops, shown by the browser
        reached.append(int(on["stop"]))
        found += [f"{page.url} {word}: {on['told']}" for word in ("shown", "seen") if not on[word]]
    else:
        found.append(f"{page.url} Tab never leaves the page; it was last at {stops[reached[-1]]}")
    if reached != list(range(len(stops))):
        found.append(f"{page.url} Tab went {reached} over {stops}")
    return found
