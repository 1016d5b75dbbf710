// The cursor of a chart: by mouse or by keys, and one for all the charts of a page that share their time.

const followers = new Map();
let leading = false;

/**
 * Tells a chart where the cursor of another is.
 * @param {HTMLElement} box
 * @param {(instant: number|null) => void} follow seconds since 1970, null when there is no cursor
 */
export function join(box, follow) {
  followers.set(box, follow);
}

/** Moves the cursors of the other charts to `instant`. A chart that follows does not lead in turn. */
export function lead(box, instant) {
  if (leading || !followers.has(box)) return;
  leading = true;
  try {
    for (const [other, follow] of followers) {
      if (!other.isConnected) followers.delete(other);
      else if (other !== box) follow(instant);
    }
  } finally {
    leading = false;
  }
}

/**
 * Lets the arrow keys move the cursor while the chart has the focus, and Escape leave it. To a screen reader it is a
 * slider: its value is what the readout says.
 * @param {HTMLElement} box
 * @param {{count: number, at: () => number|null, move: (index: number|null) => void, row?: number, open?: (index: number) => void}}
 *   options `row`: how many places a row has, where the arrows up and down lead to the next one; `open`: what Enter does
 */
export function keys(box, { count, at, move, row, open }) {
  if (!count) return;
  const tell = () => box.setAttribute("aria-valuenow", String((at() ?? 0) + 1));
  box.tabIndex = 0;
  for (const [name, value] of Object.entries({ role: "slider", "aria-valuemin": "1", "aria-valuemax": String(count) })) box.setAttribute(name, value);
  tell();
  const goals = {
    ArrowLeft: () => (at() === null ? count - 1 : Math.max(0, at() - 1)),
    ArrowRight: () => (at() === null ? 0 : Math.min(count - 1, at() + 1)),
    Home: () => 0,
    End: () => count - 1,
    Escape: () => null,
    ...(row && {
      ArrowUp: () => (at() === null ? 0 : at() >= row ? at() - row : at()),
      ArrowDown: () => (at() === null ? 0 : at() + row < count ? at() + row : at()),
    }),
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && open && at() !== null) open(at());
    const goal = goals[event.key];
    if (!goal || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // The arrows move the period where no chart has the focus.
    event.stopPropagation();
    move(goal());
    tell();
    if (event.key === "Escape") box.blur();
  });
  box.addEventListener("blur", () => move(null));
}
