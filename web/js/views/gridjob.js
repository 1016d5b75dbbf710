// What the job did last, when it runs next, and what it does.
import { h } from "../dom.js";
import { ago, nextOf, noon } from "../time.js";

/** A forecast that is older than this should have been followed by another, seconds. */
const STALE = 26 * 3600;

/** What a reader has to know before the picture: the last forecast failed, or it is old. */
export function troubles({ t, language, clock, target, now }) {
  const last = target.last_run;
  const words = t.national;
  if (!last) return [];
  const next = nextOf(target.at, now, clock);
  const then = next && words.nextAt(clock.moment(next));
  if (!last.ok) {
    return [h("div.notice.our_fault", { role: "status" }, h("p", null, h("b", null, words.failure), t.colon, last.message?.[language] ?? last.message?.en ?? ""), h("p.note", null, `${t.since} ${clock.moment(last.issued_at)} · ${then}`))];
  }
  if (now - last.issued_at <= STALE) return [];
  return [h("div.notice.waiting", { role: "status" }, h("p", null, words.late(ago(now - last.issued_at, language))), h("p.note", null, then))];
}

export function jobCard({ t, language, clock, target, now, run }) {
  const words = t.national;
  const last = target.last_run;
  const say = (text) => text?.[language] ?? text?.en ?? "";
  const next = nextOf(target.at, now, clock);
  const facts = [
    [words.lastRun, last ? clock.moment(last.issued_at) : t.never],
    last && [words.result, last.ok ? `${words.fine}, ${words.forDay(clock.monthDay(noon(last.day)))}` : words.failed],
    next && [words.nextRun, clock.moment(next)],
    [words.known, target.lag === "day" ? words.lag.day : words.lag.hours(parseInt(target.lag, 10))],
    run && [words.weather, words.cases[run.weather] ?? run.weather],
    run && [words.method, say(run.method)],
    run?.hash && [words.hash, run.hash.slice(0, 12)],
    [words.name, target.job],
  ].filter(Boolean);
  return h("section.card.half", { "aria-label": words.job }, h("div.head", null, h("h2", null, words.job)),
    h("dl.facts", null, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))));
}
