// The period a page shows: its length, one back, one forth, today, or two dates.
import { h } from "../dom.js";
import { daysBetween, shift, stride } from "../time.js";

const FREE = { from: undefined, to: undefined };

/** @param {{t: object, steps: string[], step: string, date: string, from: string, until: string, spoken: string, last: boolean, go: Function}} options `until` is the last day; `last`: nothing comes after */
export function picker({ t, steps, step, date, from, until, spoken, last, go }) {
  const length = daysBetween(from, until) + 1;
  const moved = (sign) => (step === "free"
    ? { from: shift(from, { days: sign * length }), to: shift(until, { days: sign * length }) }
    : { date: stride(date, step, sign) });
  const move = (sign, label, text) => h("button", {
    type: "button", "aria-label": label, "data-move": String(sign), disabled: sign > 0 && last, onclick: () => go(moved(sign)),
  }, text);
  return h("div.range", null,
    h("div.segments.picker", { role: "group", "aria-label": t.period },
      move(-1, t.previous, "‹"), h("span.spoken", { "aria-live": "polite" }, spoken), move(1, t.next, "›"),
      steps.map((one) => h("button", { type: "button", "aria-pressed": String(one === step), onclick: () => go({ step: one, ...FREE }) }, t[one])),
      h("button", { type: "button", onclick: () => go({ date: undefined, ...FREE }) }, t.today)),
    dates({ t, from, until, go }));
}

function dates({ t, from, until, go }) {
  const input = (name, value) => h("input", { type: "date", name, required: true, min: "2000-01-01", max: "2099-12-31", value });
  const [first, second] = [input("from", from), input("to", until)];
  const apply = (event) => {
    event.preventDefault();
    // Two dates in the wrong order mean the period between them.
    const [a, b] = [first.value, second.value].sort();
    go({ from: a, to: b });
  };
  return h("form.dates", { onsubmit: apply }, h("label", null, t.from, " ", first), h("label", null, t.to, " ", second), h("button", { type: "submit" }, t.show));
}
