// The period a page shows: its length, one back, one forth, today.
import { h } from "../dom.js";
import { stride } from "../time.js";

/** @param {{t: object, steps: string[], step: string, date: string, spoken: string, last: boolean, go: Function}} options `last`: nothing comes after */
export function picker({ t, steps, step, date, spoken, last, go }) {
  const move = (sign, label, text) => h("button", {
    type: "button", "aria-label": label, "data-move": String(sign), disabled: sign > 0 && last, onclick: () => go({ date: stride(date, step, sign) }),
  }, text);
  return h("div.segments.picker", { role: "group", "aria-label": t.period },
    move(-1, t.previous, "‹"), h("span.spoken", { "aria-live": "polite" }, spoken), move(1, t.next, "›"),
    steps.map((one) => h("button", { type: "button", "aria-pressed": String(one === step), onclick: () => go({ step: one }) }, t[one])),
    h("button", { type: "button", onclick: () => go({ date: undefined }) }, t.today));
}
