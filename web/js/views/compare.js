// Two periods of equal length: what each used, how cold it was, and what would be in equal weather.
import * as api from "../api.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { daysBetween, noon, shift } from "../time.js";
import { change, number, percent, quantity } from "../units.js";

export const comparison = (series, { from, to, other }) => api.compare({ series, from, to, with_from: other });

export function compareCard(answer, pair, context, width = "") {
  const { t, go } = context;
  const words = t.compare;
  const input = (name, value) => h("input", { type: "date", name, required: true, min: "2000-01-01", max: "2099-12-31", value });
  const fields = [input("one", pair.from), input("end", shift(pair.to, { days: -1 })), input("other", pair.other)];
  const apply = (event) => {
    event.preventDefault();
    const [one, end] = [fields[0].value, fields[1].value].sort();
    go({ one, end, other: fields[2].value });
  };
  const to = (other) => () => go({ one: pair.from, end: shift(pair.to, { days: -1 }), other });
  const length = daysBetween(pair.from, pair.to);
  return h(`section.card.compare${width && `.${width}`}`, { "aria-label": words.title }, h("div.head", null, h("h2", null, words.title)),
    h("form.dates", { onsubmit: apply },
      h("label", null, t.from, " ", fields[0]), h("label", null, t.to, " ", fields[1]), h("label", null, words.against, " ", fields[2]),
      h("button", { type: "submit" }, words.compare),
      h("button.quiet", { type: "button", onclick: to(shift(pair.from, { years: -1 })) }, words.yearBefore),
      h("button.quiet", { type: "button", onclick: to(shift(pair.from, { days: -length })) }, words.before)),
    verdict(answer, pair, context));
}

function verdict(answer, pair, { t, language, clock }) {
  const words = t.compare;
  const name = ({ from, to }) => clock.dates(noon(from), noon(shift(to, { days: -1 })));
  const { first, second, corrected } = answer;
  const value = (one) => (one == null ? "–" : quantity(one, answer.unit, language));
  if (first.total == null || second.total == null) return h("p", null, words.empty(name(first.total == null ? first : second)));
  const told = answer.delta_percent;
  const line = h("p.verdict", null, `${name(first)}${t.colon}`, h("b", null, value(first.total)),
    told == null ? `, ${words.while(value(second.total))}` : `, ${words.more(Math.sign(Math.round(told * 10)), percent(told, language), name(second), value(second.total))}`, ".");
  const share = ({ coverage }) => percent(Math.floor(coverage * 1000) / 10, language);
  const days = ({ degree_days: cold }) => (cold == null ? "–" : number(cold, language, 0));
  const rows = [
    [words.used, value(first.total), value(second.total), told == null ? "" : change(told, language)],
    [t.degreeDaysLong, days(first), days(second), first.degree_days == null || !second.degree_days ? "" : change((first.degree_days / second.degree_days - 1) * 100, language)],
    [words.present, share(first), share(second), ""],
  ];
  if (corrected) rows.push([words.expected, value(corrected.expected_first), value(corrected.expected_second), ""]);
  return [
    line,
    !answer.comparable && h("div.notice.waiting", null, h("p", null, words.partial(share(first), share(second)))),
    h("p", null, corrected ? words.corrected(change(corrected.delta_percent, language), change(corrected.lower, language), change(corrected.upper, language)) : words.notCorrected),
    dataTable({ title: words.title, titles: [words.what, name(first), name(second), words.difference], rows }),
  ].filter(Boolean);
}
