"""What a person would find fault with on a page, asked of the browser that shows it."""

from __future__ import annotations

from typing import Any

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOOKS = tuple((name, size, scheme) for name, size in (("phone", PHONE), ("desk", DESK)) for scheme in ("light", "dark"))

# WCAG's numbers: 4.5 for text, 3 for large text. A finger needs 44 px; half a pixel is rounding.
_FAULTS = """(fingers) => {
  const faults = [];
  const shown = (one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const unseen = (one) => {
    if (one.closest('.skip, [inert], [aria-hidden=true]')) return true;
    for (let at = one; at; at = at.parentElement) if (getComputedStyle(at).clipPath.startsWith('inset(')) return true;
    return false;
  };
  const named = (one) => `${one.tagName.toLowerCase()}${one.className ? '.' + one.className : ''} "`
    + `${(one.textContent.trim() || one.name || one.alt || '').slice(0, 24)}"`;
  const root = document.documentElement;
  const open = document.querySelector('dialog[open], .sheet:target');

  if (!document.title.trim()) faults.push('no title');
  if (root.scrollWidth > root.clientWidth) faults.push(`${root.scrollWidth - root.clientWidth}px too wide`);

  if (fingers) {
    for (const one of document.querySelectorAll('button, .button, .weui-btn, summary, select, textarea, '
        + 'input:not([type=hidden]):not([type=checkbox]):not([type=radio])')) {
      if (!shown(one) || unseen(one)) continue;
      const box = one.getBoundingClientRect();
      if (box.width && (box.height < 43.5 || box.width < 43.5))
        faults.push(`small: ${named(one)} ${Math.round(box.width)}×${Math.round(box.height)}`);
    }
  }

  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const seen = new Map();
  const rgba = (colour) => {
    if (!seen.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      seen.set(colour, [r, g, b, a / 255]);
    }
    return seen.get(colour);
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== 'none') return null;
      layers.push(rgba(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
      // A picture may lie behind what floats over a page.
      if (style.position === 'absolute' && !layers.some((layer) => layer[3] > 0)) return null;
    }
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
      && getComputedStyle(root).colorScheme.includes('dark');
    return layers.reduceRight((below, top) => over(top, below), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(one) || unseen(one)) continue;
    if (one.closest('option, script, style, noscript, svg, :disabled, .htmx-indicator')) continue;
    const debris = /<\\/?(p|br|div|span|ul|li|h\\d)\\b|{{|}}|\\b(None|NaN|undefined)\\b/;
    if (!one.closest('textarea') && debris.test(walker.currentNode.data))
      faults.push(`not for people: ${named(one)}`);
    const style = getComputedStyle(one);
    const words = document.createRange();
    words.selectNodeContents(walker.currentNode);
    const box = words.getBoundingClientRect();
    if (!box.width || !box.height) continue;

    const below = ground(one);
    if (below) {
      const text = over(rgba(style.color), below);
      const [high, low] = [light(text), light(below)].sort((a, b) => b - a);
      const size = parseFloat(style.fontSize);
      // Stars are a drawing made of letters.
      const drawn = /^[★☆\\s]+$/.test(walker.currentNode.data);
      const least = drawn || size >= 24 || (size >= 18.5 && style.fontWeight >= 700) ? 3 : 4.5;
      const contrast = (high + 0.05) / (low + 0.05);
      if (contrast < least - 0.005)
        faults.push(`pale: ${named(one)} ${contrast.toFixed(2)} ${style.color} on ${below.map(Math.round)}`);
    }

    // Cut off without a sign of it; a row that scrolls sideways, or ends in dots, says that there is more.
    for (let at = one; at && at !== document.body; at = at.parentElement) {
      const own = getComputedStyle(at);
      if (own.overflowX === 'auto' || own.overflowX === 'scroll') break;
      if (own.overflowX !== 'hidden' && own.overflowX !== 'clip') continue;
      if (own.textOverflow === 'ellipsis' || own.webkitLineClamp !== 'none') break;
      const frame = at.getBoundingClientRect();
      if (box.right > frame.right + 1 || box.left < frame.left - 1 || box.bottom > frame.bottom + 2)
        faults.push(`cut off: ${named(one)} by ${named(at)}`);
      break;
    }
    const button = one.closest('button, .button, .weui-btn, .badge, .tabbar a');
    if (button && style.textOverflow !== 'ellipsis') {
      const frame = button.getBoundingClientRect();
      if (box.right > frame.right + 1 || box.left < frame.left - 1) faults.push(`spills: ${named(button)}`);
    }
  }
  for (const one of document.images)
    if (shown(one) && one.complete && !one.naturalWidth) faults.push(`broken picture: ${one.src}`);
  for (const one of document.querySelectorAll('input:not([type=hidden]):not([type=submit]), select, textarea'))
    if (shown(one) && !one.labels?.length && !one.ariaLabel && !one.getAttribute('aria-labelledby'))
      faults.push(`without a label: ${named(one)}`);
  return [...new Set(faults)];
}"""


def faults(page: Any, *, fingers: bool) -> list[str]:
    """Everything of it on the page as it stands: width, fingers, contrast, cut text, tags, pictures, labels, title."""
    return page.evaluate(_FAULTS, fingers)


# A newer question takes an older one's place, whose answer is given up; htmx calls that an error, in two lines.
# One that failed says so in a line of its own, which counts.
_GIVEN_UP = ("htmx:sendAbort", "htmx:afterRequest")


def is_trouble(said: Any) -> bool:
    """Whether what a page wrote on its console is an error of its own."""
    return said.type == "error" and not said.text.startswith(_GIVEN_UP)


def watched(page: Any) -> Any:
    """The page, which keeps in `troubles` what went wrong on it: scripts, the console, requests."""
    page.set_default_timeout(60_000)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(f"script: {error}"))
    page.on("console", lambda said: page.troubles.append(f"console: {said.text}") if is_trouble(said) else None)
    page.on("requestfailed", lambda asked: page.troubles.append(f"failed: {asked.url} {asked.failure}"))
    page.on("response", lambda got: page.troubles.append(f"{got.status}: {got.url}") if got.status >= 400 else None)
    return page
