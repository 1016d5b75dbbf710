// What the job did last, when it runs next, and what it does.
import * as api from "../api.js";
import { h } from "../dom.js";
import { caseOf, nextRun } from "../forecast.js";
import { ago, noon } from "../time.js";

/** A forecast that is older than this should have been followed by another, seconds. */
const STALE = 26 * 3600;

/** What a reader has to know before the picture: the last forecast failed, or it is old. */
export function troubles({ t, language, clock, target, now, today }) {
  const last = target.last_run;
  const words = t.national;
  const then = words.nextAt(clock.moment(nextRun(target, now, clock)));
  if (last && !last.ok) {
    return [h("div.notice.our_fault", { role: "status" }, h("p", null, h("b", null, words.failure), t.colon, last.message?.[language] ?? last.message?.en ?? ""), h("p.note", null, `${t.since} ${clock.moment(last.issued_at)} · ${then}`))];
  }
  // A daemon that was just started knows of no run, only of days that are forecast.
  const old = last ? now - last.issued_at > STALE && words.late(ago(now - last.issued_at, language)) : target.last_day && target.last_day < today && words.untilDay(clock.date(noon(target.last_day)));
  return old ? [h("div.notice.waiting", { role: "status" }, h("p", null, old), h("p.note", null, then))] : [];
}

export function jobCard({ t, language, clock, target, now, run }) {
  const words = t.national;
  const last = target.last_run;
  const say = (text) => text?.[language] ?? text?.en ?? "";
  const made = last?.issued_at ?? run?.issued_at;
  const facts = [
    [words.lastRun, made ? clock.moment(made) : target.last_day ? words.forDay(clock.monthDay(noon(target.last_day))) : t.never],
    last && [words.result, last.ok ? `${words.fine}, ${words.forDay(clock.monthDay(noon(last.day)))}` : words.failed],
    [words.nextRun, clock.moment(nextRun(target, now, clock))],
    [words.known, target.lag === "day" ? words.lag.day : words.lag.hours(parseInt(target.lag, 10))],
    run && [words.weather, caseOf(run.weather, words.cases, words.cases.noisy, language)],
    run && [words.method, say(run.method)],
    run?.hash && [words.hash, run.hash.slice(0, 12)],
    [words.name, target.job],
  ].filter(Boolean);
  return h("section.card.half", { "aria-label": words.job }, h("div.head", null, h("h2", null, words.job)),
    h("dl.facts", null, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    forecastNow(target.target, { t, language }));
}

/** A button that forecasts tomorrow at once. The page is drawn again by the event that tells of it. */
export function forecastNow(target, { t, language }) {
  const note = h("p.note", { role: "status" });
  const start = async ({ currentTarget: button }) => {
    button.disabled = true;
    note.textContent = t.forecasting;
    try {
      await api.forecastNow(target);
      note.textContent = t.forecastMade;
    } catch (error) {
      note.textContent = api.reason(error, language);
    }
    button.disabled = false;
  };
  return h("div.actions", null, h("button", { type: "button", onclick: start }, t.forecastNow), note);
}
