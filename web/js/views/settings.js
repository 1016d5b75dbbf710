// The home itself: the days on which nobody is there, entered by hand.
import * as api from "../api.js";
import { absences } from "../analysis.js";
import { monthCalendar } from "../components/calendar.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { datesOf, daysBetween, noon, shift } from "../time.js";
import { accessCard } from "./access.js";

/** How many months stand side by side where there is room, and how far absences are listed. */
const WIDE = 3;
const REACH = { back: 12, ahead: 12 };

export async function settings(context) {
  const { t, clock, status, state } = context;
  const words = t.home;
  const today = clock.iso(Date.parse(status.now) / 1000);
  const month = `${(state.date ?? today).slice(0, 7)}-01`;
  const count = matchMedia("(width >= 1100px)").matches ? WIDE : 1;
  // The one before and the one after beside it: absences are planned, too.
  const first = shift(month, { months: count > 1 ? -1 : 0 });
  const end = shift(first, { months: count });
  const span = { from: [first, shift(`${today.slice(0, 7)}-01`, { months: -REACH.back })].sort()[0], to: [end, shift(`${today.slice(0, 7)}-01`, { months: REACH.ahead })].sort()[1] };
  const sentence = h("p.sentence", null, words.sentence);
  const head = [h("div.head", null, h("h1", null, t.settings)), sentence];
  const access = await accessCard(context);
  let told = null;
  try {
    told = await api.occupancy(span);
  } catch (error) {
    if (!(error instanceof api.Refusal)) throw error;
    return [...head, h("div.notice.our_fault", { role: "alert" }, h("p", null, t.partFailed(words.title)), h("p.note", null, api.reason(error, context.language))), access && h("div.grid", null, access)].filter(Boolean);
  }
  return [...head, h("div.grid", null, awayCard(told, { month, first, count, today, span, sentence }, context), access)];
}

function awayCard(told, { month, first, count, today, span, sentence }, context) {
  const { t, language, clock, go } = context;
  const words = t.home;
  const persons = new Map(told.days.map((day) => [day.date, day.persons]));
  const said = h("span", { role: "status" });
  const undo = h("button.quiet", { type: "button", hidden: true }, words.undo);
  const name = (from, to) => (shift(from, { days: 1 }) === to ? clock.date(noon(from)) : clock.dates(noon(from), noon(shift(to, { days: -1 }))));
  const listed = h("div.away");
  const calendar = monthCalendar({
    months: Array.from({ length: count }, (_, i) => shift(first, { months: i })), today, clock, words,
    of: (date) => persons.get(date) ?? null, choose: (from, to, away) => keep(from, to, away ? 0 : null),
  });

  /** Writes days, shows them, and offers the way back. */
  async function keep(from, to, value, again = false) {
    const before = datesOf(from, to).map((date) => persons.get(date) ?? null);
    undo.hidden = true;
    said.textContent = words.saving;
    try {
      await api.setOccupancy({ from, to, persons: value });
    } catch (error) {
      said.textContent = `${t.notKept}${api.reason(error, language)}`;
      return;
    }
    // Taking an entry back says that somebody is at home.
    for (const date of datesOf(from, to)) persons.set(date, value ?? 1);
    calendar.refresh();
    list();
    said.textContent = value === 0 ? words.away(name(from, to), daysBetween(from, to)) : words.home(name(from, to));
    // The way back is offered where all the days were alike.
    if (again || new Set(before.map((one) => one === 0)).size > 1) return;
    undo.hidden = false;
    undo.onclick = () => keep(from, to, before[0] === 0 ? 0 : null, true);
  }

  function list() {
    const all = absences([...persons].map(([date, value]) => ({ date, persons: value })));
    const row = ({ from, to }) => [name(from, to), words.days(daysBetween(from, to)), h("button.quiet", { type: "button", "aria-label": `${words.remove}, ${name(from, to)}`, onclick: () => keep(from, to, null) }, words.remove)];
    const year = today.slice(0, 4);
    const days = [...persons].filter(([date, value]) => value === 0 && date.startsWith(year)).length;
    sentence.textContent = days ? words.summary(year, days) : words.sentence;
    listed.replaceChildren(h("h3", null, words.listed), all.length ? dataTable({ title: words.listed, titles: [words.period, words.length, ""], rows: all.reverse().map(row) }) : h("p.note", null, words.none));
  }

  const input = (label, value) => h("input", { type: "date", name: label, required: true, min: "2000-01-01", max: "2099-12-31", value });
  const fields = [input("away-from", today), input("away-to", today)];
  const apply = (event) => {
    event.preventDefault();
    const [from, until] = fields.map((field) => field.value).sort();
    keep(from, shift(until, { days: 1 }), 0);
  };
  const spoken = count > 1 ? `${clock.month(noon(first))} – ${clock.month(noon(shift(month, { months: 1 })))}` : clock.wholeMonth(noon(month));
  const move = (sign, label, text) => h("button", { type: "button", "aria-label": label, "data-move": String(sign), onclick: () => go({ date: shift(month, { months: sign }) }) }, text);
  list();
  return h("section.card.occupancy", { "aria-label": words.title },
    h("div.head", null, h("h2", null, words.title), h("div.segments.picker", { role: "group", "aria-label": t.period },
      move(-1, words.previous, "‹"), h("span.spoken", { "aria-live": "polite" }, spoken), move(1, words.next, "›"), h("button", { type: "button", onclick: () => go({ date: undefined }) }, words.now))),
    h("p.note", null, matchMedia("(pointer: coarse)").matches ? words.touch : words.how), calendar.element,
    h("p.told", null, said, " ", undo),
    h("form.dates", { onsubmit: apply }, h("label", null, t.from, " ", fields[0]), h("label", null, t.to, " ", fields[1]), h("button", { type: "submit" }, words.add)),
    listed, h("p.note", null, words.note(told.series, span.from.slice(0, 4))));
}
