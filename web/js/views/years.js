// The same month of the last years side by side.
import { byYear } from "../analysis.js";
import { groups } from "../charts/groups.js";
import { chartCard, swatch } from "../components/card.js";
import { number, quantity } from "../units.js";

export function yearsCard(points, key, { t, language, clock }) {
  const years = byYear(points, clock);
  if (years.length < 2) return null;
  const narrow = matchMedia("(width < 700px)").matches;
  const slots = Array.from({ length: 12 }, (_, month) => {
    const at = Date.UTC(years.at(-1).year, month, 15) / 1000;
    return { at, label: narrow ? clock.monthLetter(at) : clock.monthName(at), bars: years.map(({ months }) => months[month]) };
  });
  const kind = (i) => (i === years.length - 1 ? "now" : `grade${years.length - 1 - i}`);
  const value = (one) => (one.value === null ? "–" : quantity(one.value, "kWh", language));
  const partial = slots.some(({ bars }) => bars.some(({ incomplete }) => incomplete));
  return chartCard({
    title: `${t[key]}, ${t.monthsByYear}`, unit: "kWh", t,
    legend: [...years.map(({ year }, i) => swatch(kind(i), key, String(year))), partial && swatch("hatch", key, t.partial)].filter(Boolean),
    titles: [t.month, ...years.map(({ year }) => String(year))],
    rows: () => slots.map(({ at, bars }) => [clock.monthName(at), ...bars.map((one) => `${value(one)}${one.incomplete ? ` (${t.partial})` : ""}`)]),
    draw: (box, read) => groups(box, {
      slots, colour: `--${key}`, format: (one) => number(one, language, 0),
      pick: (i) => read(i === null ? null : [document.createTextNode(clock.monthLong(slots[i].at)), ...slots[i].bars.map((one, place) => swatch(one.incomplete ? "hatch" : kind(place), key, String(years[place].year), value(one)))]),
    }),
  });
}
