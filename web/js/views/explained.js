// What the weather explains: each month against its model with an interval, and what the model learnt.
import { JUDGED, WHOLE, outside } from "../analysis.js";
import * as api from "../api.js";
import { expected } from "../charts/groups.js";
import { chartCard, swatch } from "../components/card.js";
import { snippet } from "../components/snippet.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { format } from "../state.js";
import { noon } from "../time.js";
import { change, number, percent, quantity } from "../units.js";

/** How many months stand side by side. */
const MONTHS = { narrow: 13, wide: 24 };

/** A message of the daemon, in the reader's language where it has it. */
const say = (text, language) => (typeof text === "string" ? text : text?.[language] ?? text?.en ?? null);

/** @param {object|null} model as the daemon tells it, null where none is configured for this meter */
export function explainedCard(model, { key, daily }, context) {
  const { t, language } = context;
  const words = t.explained;
  const plain = (...content) => h("section.card", { "aria-label": words.title }, h("div.head", null, h("h2", null, words.title)), content);
  if (!model) return plain(h("p", null, words.none), snippet(blockOf(key, daily, context), context));
  const message = say(model.message, language);
  if (model.status === "waiting") return plain(h("div.notice.waiting", null, h("p", null, message ?? words.waiting), model.waiting && h("p.note", null, words.heatingDays(model.waiting.heating_days, model.waiting.needed))));
  if (model.status === "refused" || !model.months.length) return plain(h("div.notice.your_turn", null, h("p", null, message ?? words.refused)));
  return monthsCard(model, { key, daily, message }, context);
}

/** The lines that make a model of a meter. */
function blockOf(key, daily, { series }) {
  const warm = series.find((one) => one.labels?.role === "weather.temperature") ?? series.find((one) => one.unit === "degC" && one.points > 0);
  return [`[jobs.${key}_model]`, 'kind = "regression"', `target = "${daily.id}"`, `temperature = ["${warm?.id ?? "weather.temperature"}"]`].join("\n");
}

function monthsCard(model, { key, daily, message }, context) {
  const { t, language, clock } = context;
  const words = t.explained;
  const narrow = matchMedia("(width < 700px)").matches;
  const shown = model.months.slice(-(narrow ? MONTHS.narrow : MONTHS.wide));
  const slots = shown.map((month) => {
    const at = noon(`${month.month}-15`);
    const off = outside(month);
    const january = month.month.endsWith("-01");
    return {
      judged: month.coverage >= JUDGED,
      at, label: narrow ? clock.monthLetter(at) : january ? month.month.slice(0, 4) : clock.monthName(at), off,
      tick: narrow || shown.length <= 13 || Number(month.month.slice(5)) % 2 === 1,
      actual: month.actual, incomplete: month.coverage < WHOLE, predicted: month.predicted ?? null, lower: month.lower ?? null, upper: month.upper ?? null,
      caption: off === null ? null : change(off, language),
    };
  });
  const value = (one) => (one == null ? "–" : quantity(one, model.unit, language));
  const range = ({ lower, upper }) => (lower == null ? "–" : `${number(Math.max(0, lower), language, 0)} – ${number(upper, language, 0)}`);
  const card = chartCard({
    title: words.title, unit: words.unit, t,
    legend: [swatch("now", key, t.measured), swatch("whisker", "actual", words.model), slots.some(({ incomplete }) => incomplete) && swatch("hatch", key, t.partial)].filter(Boolean),
    titles: [t.month, t.measured, words.modelColumn, words.range, t.degreeDays, words.learnt],
    rows: () => model.months.map((month) => [clock.month(noon(`${month.month}-15`)), `${value(month.actual)}${month.coverage < WHOLE && month.actual !== null ? ` (${t.partial})` : ""}`, value(month.predicted), range(month), month.degree_days == null ? "–" : number(month.degree_days, language, 0), month.in_fit ? words.inFit : ""]),
    draw: (box, read) => expected(box, {
      slots, colour: `--${key}`, format: (one) => number(one, language, 0), height: 256,
      pick: (i) => read(i === null ? null : [
        h("b", null, clock.month(slots[i].at)), swatch(slots[i].incomplete ? "hatch" : "now", key, "", value(slots[i].actual)),
        swatch("whisker", "actual", words.modelColumn, value(slots[i].predicted)), h("span", null, `${percent(95, language)}${t.colon}${range(slots[i])}`),
      ]),
    }),
  });
  card.classList.add("explained");
  const verdict = sentence(slots, words, context);
  card.querySelector(".head").after(...[model.status === "provisional" && h("div.notice.waiting", null, h("p", null, message ?? words.provisional)), h("p", null, verdict)].filter(Boolean));
  card.append(learnt(model, context, (fresh) => card.replaceWith(explainedCard(fresh, { key, daily }, context))));
  if (model.status !== "provisional" && message) card.append(h("p.note", null, message));
  return card;
}

/** Which months of the last twelve the weather does not explain. */
function sentence(slots, words, { language, clock }) {
  const year = slots.filter(({ actual, judged, predicted }) => actual !== null && predicted !== null && judged).slice(-12);
  const off = year.filter((slot) => slot.off !== null);
  const last = year.at(-1);
  if (!last) return words.noMonth;
  const share = last.predicted > 0 ? (last.actual / last.predicted - 1) * 100 : 0;
  const name = clock.wholeMonth(last.at);
  const newest = last.off === null ? words.inside(name) : words.outside(name, Math.sign(share), percent(share, language));
  return `${newest} ${words.count(off.length, year.length)}`;
}

/** What the model learnt: its coefficients with their intervals, and how well it fits; `again` is told of a new fit. */
function learnt(model, { t, language, clock, state }, again) {
  const words = t.explained;
  const half = ({ lower, upper }) => `± ${number((upper - lower) / 2, language)}`;
  const rows = model.coefficients.map((one) => [words.names[one.name] ?? one.name, `${number(one.value, language)} ${unitOf(one.unit, t)}`, half(one)]);
  if (model.base != null) rows.push([words.base, `${number(model.base, language)} °C`, ""]);
  if (model.r2 != null) rows.push(["R²", number(model.r2, language, 3), ""]);
  if (model.cv_rmse != null) rows.push([words.error, percent(100 * model.cv_rmse, language, 1), ""]);
  if (model.fitted_at != null) rows.push([words.fittedAt, clock.date(model.fitted_at), ""]);
  const said = h("span.note", { role: "status" });
  const fit = async ({ currentTarget: button }) => {
    button.disabled = true;
    said.textContent = words.fitting;
    try {
      again(await api.fitNow(model.name));
    } catch (error) {
      said.textContent = api.reason(error, language);
      button.disabled = false;
    }
  };
  const span = model.fitted && clock.dates(noon(model.fitted.from), noon(model.fitted.to) - 86400);
  return h("details.learnt", null, h("summary", null, words.whatLearnt, span && h("span.note", null, ` ${span}`)),
    dataTable({ title: words.whatLearnt, titles: [words.term, words.value, percent(95, language)], rows }), h("p.note", null, words.note, " ", h("a", { href: format({ page: "settings", lang: state.lang }) }, words.away)),
    h("div.actions", null, h("button", { type: "button", onclick: fit }, words.fitNow), said));
}

const unitOf = (unit, t) => (unit ?? "").replace("degC.d", t.degreeDays).replace("degC", "°C").replace("/d", `/${t.explained.dayUnit}`);
