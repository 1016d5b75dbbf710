// This year against last year to the same date, years, months, and the winter that explains some of it.
import * as api from "../api.js";
import { bars } from "../charts/bars.js";
import { chartCard, swatch } from "../components/card.js";
import { numberCard } from "../components/number.js";
import { h, ordinals } from "../dom.js";
import { format } from "../state.js";
import { noon, shift } from "../time.js";
import { change, number, percent, quantity } from "../units.js";
import { equalWeather, toDate, winterCard, wintersOf } from "./degrees.js";
import { latelyCard } from "./findings.js";
import { tomorrowCard } from "./outlook.js";

const METERS = [{ key: "electricity", role: "electricity.daily", of: "ofElectricity" }, { key: "gas", role: "gas.energy", of: "ofGas" }];
const WHOLE = 0.999;
const ALMOST = 0.98;
/** Over how many days what is out of the ordinary is told on the first page. */
const LATELY = 30;
/** Below this, %, nobody asks what the weather has to do with it. */
const LEAST = 1;

export async function overview(context) {
  const { t, language, clock, series, status, state } = context;
  const year = Number(clock.iso(Date.parse(status.now) / 1000).slice(0, 4));
  const meters = (await Promise.all(METERS.map(async (meter) => {
    const found = series.find((one) => one.labels?.role === meter.role && one.points > 0);
    if (!found) return null;
    const [ytd, months] = await Promise.all([
      api.yearToDate(found.id),
      api.points(found.id, { step: "month", from: `${year - 1}-01-01`, to: `${year + 1}-01-01` }),
    ]);
    return ytd.until ? { ...meter, id: found.id, year, ytd, months } : null;
  }))).filter(Boolean);
  if (!meters.length) return [h("div.head", null, h("h1", null, t.overview)), h("p.sentence", null, t.willShow.overview), h("p", null, t.noYet), h("p", null, h("a", { href: format({ ...state, page: "import" }) }, t.import))];

  // What the weather has to say is asked for together, and missing where the daemon cannot tell.
  const last = meters.map(({ ytd }) => ytd.until).sort().at(-1);
  const [winters, known, ...compared] = await Promise.all([
    wintersOf(year),
    api.quietly(api.anomalies({ from: shift(last, { days: -LATELY }), to: shift(last, { days: 1 }) })),
    ...meters.map(({ id, ytd }) => toDate(id, ytd, year)),
  ]);
  const equal = compared.map((one) => equalWeather(one, context));
  const winter = winterCard(winters, compared[meters.findIndex(({ ytd }) => ytd.until === last)], { year, until: last }, context);
  const until = (key) => {
    const meter = meters.find((one) => one.key === key);
    return meter && clock.date(noon(meter.ytd.until));
  };
  const sentence = h("p.sentence", null, ordinals(t.sinceJanuary));
  meters.forEach(({ of, ytd }, i) => {
    const [now, before] = [ytd.years.at(-1), ytd.years.at(-2)];
    sentence.append(i ? t.andThen : "", h("b", null, t[of](quantity(now.value, "kWh", language))));
    if (before?.delta_percent != null) sentence.append(t.againstLastYear(Math.sign(Math.round(before.delta_percent * 10)), percent(before.delta_percent, language)), explained(before.delta_percent, equal[i]?.share));
  });
  sentence.append(".");
  /** What the weather has to do with a change, where it has. */
  function explained(delta, share) {
    if (share == null || Math.abs(share) < LEAST || Math.abs(delta) < LEAST) return "";
    const size = percent(share, language);
    return Math.sign(share) === Math.sign(delta) ? t.weatherExplains(Math.abs(share) >= Math.abs(delta), size) : t.weatherAgainst(Math.sign(share), size);
  }
  const width = winter ? "trio" : "half";
  const numbers = meters.map(({ key, ytd, months }, i) => {
    const [now, before] = [ytd.years.at(-1), ytd.years.at(-2)];
    const told = before?.delta_percent;
    const recent = lastMonths(months, 12);
    return numberCard({
      what: ordinals(`${t[key]}, ${t.toDate(until(key))}`), value: number(now.value, language, 0), unit: "kWh", colour: key, href: format({ ...state, page: key }),
      change: told == null ? null : change(told, language), against: told == null ? null : t.contre(quantity(before.value, "kWh", language)),
      more: equal[i]?.note, width, months: recent.values, open: recent.open, label: t.spark,
    });
  });
  const coming = await Promise.all(meters.map(({ key }) => tomorrowCard(key, context)));
  // A phone shows the months, and the years when asked.
  const all = meters.map((meter) => ({ ...meter, degrees: winter?.months }));
  const cards = all.flatMap((meter) => (matchMedia("(width < 700px)").matches
    ? [monthCard(meter, context), folded(`${t[meter.key]} ${t.byYear}`, () => yearCard(meter, context))]
    : [yearCard(meter, context), monthCard(meter, context)]));
  return [
    h("div.head", null, h("h1", null, t.overview)),
    sentence, h("p.note", null, t.until(until("electricity"), until("gas")), meters.map((meter) => begun(meter, context))),
    h("div.grid", null, numbers, winter?.card, coming.filter(Boolean), cards, latelyCard(known ?? [], meters, context)),
  ];
}

/** The last months with a value; `open` says that the last of them is not over. */
function lastMonths({ value, coverage }, count) {
  const last = value.findLastIndex((one) => one !== null);
  const from = Math.max(0, last + 1 - count);
  return { values: value.slice(from, last + 1), open: coverage[last] < WHOLE };
}

function yearCard({ key, ytd }, { t, language, clock }) {
  const whole = (value) => (value == null ? "–" : number(value, language, 0));
  const slots = ytd.years.map((year, i) => {
    const last = i === ytd.years.length - 1;
    const full = last ? null : year.full_year_value;
    return {
      label: String(year.year), now: last ? year.value : null, then: full, mark: last ? null : year.value, incomplete: last,
      thenIncomplete: !last && year.full_year_coverage < ALMOST, caption: whole(last ? year.value : full),
    };
  });
  const until = clock.monthDay(noon(ytd.until));
  const legend = [swatch("then", key, t.past), swatch("hatch", key, t.partial), swatch("line", key, t.toThe(until))];
  return chartCard({
    title: `${t[key]} ${t.byYear}`, unit: "kWh", t, width: "third", legend, titles: [t.year, t.full, t.toThe(until)],
    rows: () => ytd.years.map((year, i) => [String(year.year), whole(slots[i].then), whole(year.value)]),
    draw: (box, read) => bars(box, {
      slots, colour: `--${key}`, format: (value) => number(value, language, 0),
      pick: (i) => read(i === null ? null : [h("b", null, slots[i].label), slots[i].then && swatch(slots[i].thenIncomplete ? "hatch" : "then", key, "", whole(slots[i].then)), swatch("line", key, t.toThe(until), whole(ytd.years[i].value))]),
    }),
  });
}

/** A first year that is not whole says from which day it counts. */
function begun({ key, ytd }, { t, clock }) {
  const partial = ytd.years.slice(0, -1).find((year) => year.full_year_coverage < ALMOST);
  return partial ? ` ${t[key]} ${t.sinceDay(partial.year, clock.date(noon(partial.first)))}` : "";
}

const unfolded = new Set();

/** A card drawn when it is unfolded: a chart has no width before. Stays open when the page is drawn again. */
function folded(title, card) {
  const box = h("details.fold", { ontoggle: () => {
    if (box.open) unfolded.add(title); else unfolded.delete(title);
    if (box.open && !box.querySelector("section")) box.append(card());
  } }, h("summary", null, title));
  box.open = unfolded.has(title);
  return box;
}

function monthCard({ key, months, year, degrees }, { t, language, clock }) {
  const narrow = matchMedia("(width < 700px)").matches;
  const slots = Array.from({ length: 12 }, (_, month) => {
    const at = Date.UTC(year, month, 15) / 1000;
    return { at, label: narrow ? clock.monthLetter(at) : clock.monthName(at), now: null, then: null };
  });
  months.start.forEach((start, i) => {
    const [y, m] = clock.iso(start + 43200).split("-").map(Number);
    const partial = months.coverage[i] < WHOLE;
    if (y === year) Object.assign(slots[m - 1], { now: months.value[i], incomplete: partial });
    else if (y === year - 1) Object.assign(slots[m - 1], { then: months.value[i], thenIncomplete: partial });
  });
  const value = (v) => (v == null ? "–" : quantity(v, "kWh", language));
  const cold = (i) => (degrees[i] === null ? "–" : number(degrees[i], language, 0));
  return chartCard({
    title: `${t[key]} ${t.byMonth}`, unit: "kWh", t, width: "two-thirds",
    legend: [swatch("now", key, String(year)), swatch("then", key, String(year - 1)), swatch("hatch", key, t.partial), degrees && swatch("dots", "weather", t.degreeDays)].filter(Boolean),
    titles: [t.month, String(year), String(year - 1), ...(degrees ? [`${t.degreeDays} ${year}`] : [])],
    rows: () => slots.map((slot, i) => [clock.monthName(slot.at), value(slot.now), value(slot.then), ...(degrees ? [cold(i)] : [])]),
    draw: (box, read) => bars(box, {
      slots, colour: `--${key}`, format: (v) => number(v, language, 0), line: degrees && { values: degrees, colour: "--weather", format: (v) => number(v, language, 0) },
      pick: (i) => read(i === null ? null : [h("b", null, clock.monthName(slots[i].at)), swatch(slots[i].incomplete ? "hatch" : "now", key, String(year), value(slots[i].now)), swatch("then", key, String(year - 1), value(slots[i].then)), degrees && swatch("dots", "weather", t.degreeDays, cold(i))]),
    }),
  });
}
