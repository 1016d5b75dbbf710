// Closer looks at a curve: by the wheel with Ctrl, and wherever the keys lead.

/** The shortest stretch that the wheel zooms to, seconds, and how much a notch of it takes. */
const CLOSEST = 7200;
const NOTCH = 1.25;

/** Lets the wheel zoom within `span` while Ctrl is held; without it the page scrolls. */
export const wheel = (u, span) => u.over.addEventListener("wheel", (event) => event.ctrlKey && zoom(u, event, span), { passive: false });

/** Zooms around the pointer; never closer than `CLOSEST`, nor wider than `span`. */
function zoom(u, event, span) {
  event.preventDefault();
  const { min, max } = u.scales.x;
  const at = u.posToVal(event.clientX - u.over.getBoundingClientRect().left, "x");
  const length = Math.min(span.to - span.from, Math.max(CLOSEST, (max - min) * (event.deltaY < 0 ? 1 / NOTCH : NOTCH)));
  const from = Math.min(Math.max(at - ((at - min) / (max - min)) * length, span.from), span.to - length);
  u.setScale("x", { min: from, max: from + length });
}

/** Moves a zoomed plot until it shows an interval. */
export function reveal(u, from, to, span) {
  const { min, max } = u.scales.x;
  if (from >= min && to <= max) return;
  const start = Math.min(Math.max((from + to - (max - min)) / 2, span.from), span.to - (max - min));
  u.setScale("x", { min: start, max: start + max - min });
}
