// What is out of the ordinary, in the daemon's sentences: changes, dated works, odd days; and a way to silence a series.
import { found } from "../analysis.js";
import * as api from "../api.js";
import { h, ordinals } from "../dom.js";
import { format } from "../state.js";
import { noon } from "../time.js";
import { METERS, stepOf } from "./meters.js";

/** How many sentences stand before the others are folded. */
const FIRST = 5;

const say = (one, language) => one[`sentence_${language}`] ?? one.sentence_en;

/** @param {object} model with `changes`, `events` and `anomalies` */
export function findingsCard(model, { key, daily }, context) {
  const { t, language } = context;
  const words = t.findings;
  const silent = daily.muted ?? model.anomalies.some((one) => one.muted);
  const told = found(model, silent);
  // Nights and sensors are told of their own series.
  const heard = [...new Set([daily.id, ...model.anomalies.map(({ series }) => series ?? daily.id)])];
  const line = (one) => item(one, { href: format({ page: key, lang: context.state.lang, date: one.date, step: stepOf(key) }), link: one.kind !== "event" && words.show }, context);
  const said = h("span.note", { role: "status" });
  const mute = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await Promise.all(heard.map((id) => api.mute(id, !silent)));
    } catch (error) {
      said.textContent = api.reason(error, language);
      button.disabled = false;
      return;
    }
    daily.muted = !silent;
    const fresh = findingsCard({ ...model, anomalies: model.anomalies.map((one) => ({ ...one, muted: !silent })) }, { key, daily }, context);
    card.replaceWith(fresh);
    fresh.querySelector(".mute").focus();
  };
  const card = h("section.card.findings", { "aria-label": words.title }, h("div.head", null, h("h2", null, words.title)),
    silent && h("p.note", null, words.silent),
    told.length ? h("ul", null, told.slice(0, FIRST).map(line)) : !silent && h("p", null, words.nothing),
    told.length > FIRST && h("details", null, h("summary", null, words.more(told.length - FIRST)), h("ul", null, told.slice(FIRST).map(line))),
    h("div.actions", null, h("button.mute", { type: "button", "aria-pressed": String(silent), onclick: mute }, silent ? words.unmute : words.mute), said));
  return card;
}

function item(one, { href, link }, { language, t, clock }) {
  const told = say(one, language);
  // A day of another year is not to be taken for one of this.
  const year = told.includes(one.date.slice(0, 4)) ? "" : `, ${clock.date(noon(one.date))}`;
  return h("li", null, h(`span.dot.${one.kind === "event" ? "plain" : "attention"}`, null),
    h("span", null, h("span.note", null, t.findings.kinds[one.kind] ?? t.findings.kinds.odd_day, year, t.colon), ordinals(told)),
    link && h("a", { href, "aria-label": `${link}, ${one.date}` }, link));
}

/** What was out of the ordinary of late, on the first page; nothing where nothing was. */
export function latelyCard(anomalies, meters, context) {
  const { t, state } = context;
  const told = anomalies.filter((one) => !one.muted).sort((one, other) => other.date.localeCompare(one.date)).slice(0, FIRST);
  if (!told.length) return null;
  const line = (one) => {
    // The load curve is the electricity's, too; what is no meter's is among the data.
    const role = context.series.find(({ id }) => id === one.series)?.labels?.role ?? "";
    const key = meters.find(({ id, key: meter }) => id === one.series || Object.values(METERS[meter]).includes(role))?.key;
    const there = key ? { page: key, step: stepOf(key) } : { page: "data", series: one.series };
    return item(one, { href: format({ ...there, lang: state.lang, date: one.date }), link: t[there.page] }, context);
  };
  return h("section.card.findings", { "aria-label": t.findings.title }, h("div.head", null, h("h2", null, t.findings.title)), h("ul", null, told.map(line)));
}
