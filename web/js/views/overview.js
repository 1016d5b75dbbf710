// This year against last year to the same date, years, months.
import * as api from "../api.js";
import { chartCard, swatch } from "../card.js";
import { bars } from "../charts.js";
import { h } from "../dom.js";
import { change, number, quantity } from "../units.js";

const METERS = [{ key: "electricity", role: "electricity.daily", of: "ofElectricity" }, { key: "gas", role: "gas.energy", of: "ofGas" }];

export async function overview({ t, language, clock, series }) {
  const meters = (await Promise.all(METERS.map(async (meter) => {
    const found = series.find((one) => one.labels?.role === meter.role && one.points > 0);
    if (!found) return null;
    const year = new Date().getFullYear();
    const [ytd, months] = await Promise.all([
      api.yearToDate(found.id),
      api.points(found.id, { step: "month", from: `${year - 1}-01-01`, to: `${year + 1}-01-01` }),
    ]);
    return { ...meter, id: found.id, ytd, months };
  }))).filter(Boolean);
  if (!meters.length) return [h("h1", null, t.overview), h("p.sentence", null, t.noYet)];

  const until = (meter) => (meter?.ytd.until ? clock.date(Date.parse(`${meter.ytd.until}T12:00:00Z`) / 1000) : null);
  const sentence = h("p.sentence", null, t.sinceJanuary);
  const numbers = [];
  meters.forEach((meter, i) => {
    const years = meter.ytd.years;
    const [now, before] = [years.at(-1), years.at(-2)];
    const told = before?.delta_percent ?? now?.delta_percent;
    sentence.append(i ? " ; " : "", h("b", null, t[meter.of](quantity(now.value, "kWh", language))), told == null ? "" : t.against(change(told, language)));
    numbers.push(h("section.card.half", null,
      h("div.note", null, `${t[meter.key]}, ${t.toDate(until(meter))}`),
      h(`div.number.${meter.key}`, null, number(now.value, language, 0), " ", h("small", null, "kWh")),
      before && told != null && h("div.note", null, h("b", null, change(told, language)), " ", t.contre(quantity(before.value, "kWh", language)))));
  });
  sentence.append(".");
  const cards = meters.flatMap((meter) => [yearCard(meter, { t, language }), monthCard(meter, { t, language, clock })]);
  const find = (key) => until(meters.find((meter) => meter.key === key));
  return [
    h("div.head", null, h("h1", null, t.overview)),
    sentence, h("p.note", null, t.until(find("electricity"), find("gas"))),
    h("div.grid", null, numbers, cards),
  ];
}

function yearCard({ key, ytd }, { t, language }) {
  const years = ytd.years.map((year, i) => {
    const last = i === ytd.years.length - 1;
    return { label: String(year.year), now: last ? year.value : null, then: last ? null : year.full_year_value, mark: last ? null : year.value, incomplete: last };
  });
  const legend = [swatch("then", key, t.full), swatch("now", key, t.same)];
  return chartCard({
    title: `${t[key]} ${t.byYear}`, unit: "kWh", t, width: "third", legend, titles: [t.year, t.full, t.same],
    rows: () => ytd.years.map((year) => [String(year.year), year.full_year_value == null ? "" : number(year.full_year_value, language, 0), number(year.value, language, 0)]),
    draw: (box, read) => bars(box, {
      slots: years, colour: `--${key}`, format: (value) => number(value, language, 0),
      pick: (i) => read(i === null ? null : [h("b", null, years[i].label), swatch("then", key, years[i].then ? quantity(years[i].then, "kWh", language) : "–"), swatch("now", key, quantity(years[i].mark ?? years[i].now ?? 0, "kWh", language))]),
    }),
  });
}

function monthCard({ key, months }, { t, language, clock }) {
  const year = new Date().getFullYear();
  const slots = Array.from({ length: 12 }, (_, month) => ({ at: Date.UTC(year, month, 15) / 1000, now: null, then: null, incomplete: false }));
  months.start.forEach((start, i) => {
    const [y, m] = clock.iso(start + 43200).split("-").map(Number);
    const slot = slots[m - 1];
    if (y === year) { slot.now = months.value[i]; slot.incomplete = months.coverage[i] < 0.999; } else if (y === year - 1) slot.then = months.value[i];
  });
  const narrow = matchMedia("(width < 700px)").matches;
  slots.forEach((slot) => { slot.label = narrow ? clock.monthLetter(slot.at) : clock.monthName(slot.at); });
  const value = (v) => (v == null ? "–" : quantity(v, "kWh", language));
  return chartCard({
    title: `${t[key]} ${t.byMonth}`, unit: "kWh", t, width: "two-thirds",
    legend: [swatch("now", key, String(year)), swatch("then", key, String(year - 1))],
    titles: [t.month, String(year), String(year - 1)],
    rows: () => slots.map((slot) => [clock.monthName(slot.at), value(slot.now), value(slot.then)]),
    draw: (box, read) => bars(box, {
      slots, colour: `--${key}`, format: (v) => number(v, language, 0),
      pick: (i) => read(i === null ? null : [h("b", null, clock.monthName(slots[i].at)), swatch("now", key, `${year} ${value(slots[i].now)}`), swatch("then", key, `${year - 1} ${value(slots[i].then)}`)]),
    }),
  });
}
