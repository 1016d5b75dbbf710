// Months whose days are buttons: one is chosen by a click or Enter, several by dragging, or with Shift.
import { h } from "../dom.js";
import { datesOf, noon, shift } from "../time.js";

const WEEK = 7;
/** Some Monday, to name the days of a week after. */
const MONDAY = "2024-01-01";
const STRIDES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -WEEK, ArrowDown: WEEK };

/**
 * @param {object} options
 * @param {string[]} options.months first days of the months that stand side by side, in order
 * @param {string} options.today
 * @param {{months: Function, away: string}} options.words
 * @param {(date: string) => number|null} options.of how many persons are at home, null where nobody said
 * @param {(from: string, to: string, away: boolean) => void} options.choose told which days were chosen, `to` not
 *   among them, and what they become
 * @returns {{element: HTMLElement, refresh: () => void}}
 */
export function monthCalendar({ months, today, clock, words, of, choose }) {
  const [first, end] = [months[0], shift(months.at(-1), { months: 1 })];
  const buttons = new Map();
  // Where a span begins and ends while it is drawn; the day that was chosen last, from which Shift goes on.
  let anchor = null;
  let last = null;
  let origin = null;
  let dragging = false;
  let done = false;
  const show = () => {
    const [from, to] = anchor === null ? [null, null] : [anchor, last].sort();
    for (const [date, button] of buttons) button.classList.toggle("chosen", from !== null && date >= from && date <= to);
  };
  const clear = () => {
    anchor = last = null;
    dragging = false;
    show();
  };
  const pick = (one, other, away) => {
    const [from, to] = [one, other].sort();
    origin = one;
    clear();
    choose(from, shift(to, { days: 1 }), away);
  };
  /** All the days of a span become what its first one was not. */
  const finish = () => pick(anchor, last, of(anchor) !== 0);
  /** They become what the day chosen before is now. */
  const extend = (date) => pick(origin, date, of(origin) === 0);
  const focus = (date) => {
    if (!buttons.has(date)) return;
    for (const [other, button] of buttons) button.tabIndex = other === date ? 0 : -1;
    buttons.get(date).focus();
  };

  const day = (date) => {
    const button = h("button.day", { type: "button", tabIndex: -1, "data-date": date }, h("span", null, String(Number(date.slice(8)))), h("span.mark", { "aria-hidden": "true" }));
    if (date === today) button.setAttribute("aria-current", "date");
    buttons.set(date, button);
    return button;
  };
  const month = (start) => {
    const next = shift(start, { months: 1 });
    const lead = (new Date(noon(start) * 1000).getUTCDay() + 6) % WEEK;
    const cells = [...Array.from({ length: lead }, () => null), ...datesOf(start, next)];
    const weeks = Array.from({ length: Math.ceil(cells.length / WEEK) }, (_, i) => cells.slice(i * WEEK, (i + 1) * WEEK));
    const names = Array.from({ length: WEEK }, (_, i) => noon(shift(MONDAY, { days: i })));
    return h("table.month", null, h("caption", null, clock.wholeMonth(noon(start))),
      h("thead", null, h("tr", null, names.map((at) => h("th", { scope: "col" }, h("abbr", { title: clock.weekdayName(at) }, clock.weekdayBrief(at)))))),
      h("tbody", null, weeks.map((week) => h("tr", null, Array.from({ length: WEEK }, (_, i) => h("td", null, week[i] ? day(week[i]) : ""))))));
  };

  const element = h("div.months", { role: "group", "aria-label": words.title }, months.map(month));
  const dateOf = (event) => event.target.closest?.(".day")?.dataset.date ?? null;
  element.addEventListener("pointerdown", (event) => {
    done = false;
    const date = dateOf(event);
    // A finger scrolls the page: it chooses by touching one day after the other.
    if (!date || event.button !== 0 || event.pointerType !== "mouse") return;
    event.preventDefault();
    focus(date);
    done = true;
    if (event.shiftKey && origin !== null) { extend(date); return; }
    anchor = last = date;
    dragging = true;
    show();
  });
  element.addEventListener("pointerover", (event) => {
    const date = dateOf(event);
    if (!dragging || !date) return;
    last = date;
    show();
  });
  const drop = () => {
    if (!element.isConnected) removeEventListener("pointerup", drop);
    else if (dragging) finish();
  };
  addEventListener("pointerup", drop);
  element.addEventListener("click", (event) => {
    const date = dateOf(event);
    // The mouse has chosen when it was let go; fingers, keys and readers of the screen come here.
    if (done || !date) { done = false; return; }
    focus(date);
    if (event.shiftKey && anchor === null && origin !== null) { extend(date); return; }
    if (anchor === null) anchor = last = date;
    finish();
  });
  element.addEventListener("keydown", (event) => {
    done = false;
    const date = dateOf(event);
    if (!date || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") clear();
    const goal = event.key in STRIDES ? shift(date, { days: STRIDES[event.key] }) : { Home: first, End: shift(end, { days: -1 }) }[event.key];
    if (!goal) return;
    event.preventDefault();
    // The arrows move the months where no day has the focus.
    event.stopPropagation();
    if (!buttons.has(goal)) return;
    if (event.shiftKey) {
      anchor ??= date;
      last = goal;
      show();
    } else clear();
    focus(goal);
  });

  const refresh = () => {
    for (const [date, button] of buttons) {
      const persons = of(date);
      button.setAttribute("aria-pressed", String(persons === 0));
      button.setAttribute("aria-label", `${clock.weekdayLong(noon(date))}${persons === 0 ? `, ${words.absent}` : persons ? `, ${words.persons(persons)}` : ""}`);
      button.querySelector(".mark").textContent = persons === 0 ? words.absent : "";
    }
  };
  refresh();
  (buttons.get(today) ?? buttons.get(first)).tabIndex = 0;
  return { element, refresh };
}
