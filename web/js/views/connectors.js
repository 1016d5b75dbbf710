// Each connector: its state in a word and a sentence, what is wrong in words, and a button to run it.
import * as api from "../api.js";
import { h } from "../dom.js";
import { number } from "../units.js";

// Whose move it is, by the class of the trouble: the same words and marks as the notices of the other pages.
const TURN = {
  settings: "your_turn", consent: "your_turn", not_offered: "your_turn",
  quota: "waiting", unavailable: "their_fault", unreadable: "their_fault", stopped: "our_fault", store: "our_fault",
};
const PERIODS = { 86400: "perDay", 3600: "perHour", 60: "perMinute" };

export async function connectors(context) {
  const { t } = context;
  const states = await api.connectors();
  context.cards = new Map();
  const grid = h("div.grid", null, states.map((state) => card(state, context)));
  const troubled = states.filter((state) => ["failed", "attention"].includes(state.state)).map((state) => state.name);
  return [
    h("div.head", null, h("h1", null, t.connectors)),
    h("p.sentence", null, !states.length ? t.noConnector : troubled.length ? t.someTrouble(troubled.join(", ")) : t.allWell),
    grid,
  ];
}

/** Called for each event about a connector while the page is open. */
export function update(state, context) {
  const old = context.cards?.get(state.name);
  if (!old?.isConnected) return;
  const held = old.contains(document.activeElement);
  const fresh = card(state, context);
  old.replaceWith(fresh);
  if (held) fresh.querySelector("button")?.focus();
}

/** Called as a run goes on: `done` of `total` spans of a feed. */
export function progress({ connector, feed, done, total }, context) {
  const card = context.cards?.get(connector);
  const line = card?.querySelector(".progress");
  if (line) line.textContent = context.t.fetching(card.feeds[feed] ?? feed, done, total);
}

function card(state, context) {
  const { t, language, clock } = context;
  const say = (text) => text?.[language] || text?.en || "";
  const at = (instant) => (instant ? clock.moment(Date.parse(instant) / 1000) : t.never);
  const count = (value) => number(value, language, 0);
  const note = h("span.note.progress", { role: "status" });
  const start = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    note.textContent = "";
    await api.run(state.name).catch((error) => { note.textContent = error.message; button.disabled = false; });
  };
  const { quota, last_run: last, permissions } = state;
  const wrong = troubles(state);
  const facts = [
    [t.plugin, `${state.plugin} ${state.version}`],
    [t.lastSuccess, at(state.last_success)],
    state.next_run && [t.nextRun, at(state.next_run)],
    quota && [t.calls, `${count(quota.used)} / ${count(quota.calls)} ${t[PERIODS[quota.per_seconds]] ?? ""}`],
    last && [t.lastRun, t.runCounts(count(last.new), count(last.unchanged), count(last.corrected))],
  ].filter(Boolean);
  const reach = [
    state.watch && [t.folder, [state.watch]],
    permissions.hosts.length && [t.reach, permissions.hosts],
  ].filter(Boolean);
  const element = h("section.card.half.connector", { "aria-label": say(state.title) },
    h("div.head", null,
      h("h2", null, say(state.title), h("span.unit", null, `, ${state.name}`)),
      h("span.state", null, h(`span.dot.${state.state}`, null), t[state.state] ?? t.running)),
    wrong.length ? wrong.map((trouble) => notice(trouble, { t, say, at })) : h("p", null, say(state.text)),
    h("dl.facts", null, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    state.feeds.filter((feed) => feed.backfill).map((feed) => history(feed, { t, say, count })),
    h("dl.reach", null, reach.map(([name, values]) => h("div", null, h("dt", null, name), values.map((value) => h("dd", null, value))))),
    h("div.actions", null, h("button", { type: "button", disabled: state.running || state.state === "disabled", onclick: start }, state.running ? t.running : t.runNow), note));
  element.feeds = Object.fromEntries(state.feeds.map((feed) => [feed.name, say(feed.title)]));
  context.cards?.set(state.name, element);
  return element;
}

/** What is wrong with a connector and with its feeds: feeds that fail alike are told once. */
function troubles({ error, feeds }) {
  const all = [error, ...feeds.map((feed) => feed.error)].filter(Boolean);
  return all.filter((one, i) => all.findIndex((other) => other.kind === one.kind && other.party === one.party) === i);
}

/** Who failed and since when, in words, then what to do and the next try. */
function notice(trouble, { t, say, at }) {
  const kind = TURN[trouble.kind] ?? "their_fault";
  return h(`div.notice.${kind}`, null,
    h("p", null, h("b", null, t.turn[kind](trouble.party)), t.colon, say(trouble.message)),
    trouble.what_to_do && h("p", null, say(trouble.what_to_do)),
    h("p.note", null, [`${t.since} ${at(trouble.since)}`, trouble.tries > 1 && t.tries(trouble.tries), trouble.next_try && `${t.nextTry} ${at(trouble.next_try)}`].filter(Boolean).join(" · ")));
}

function history({ title, backfill }, { t, say, count }) {
  const { done_days: done, total_days: total } = backfill;
  const words = say(title);
  const over = done >= total;
  return h("div.feed", null, h("span", null, words), h("span.note", null, over ? t.historyDone(count(total)) : t.historyPart(count(done), count(total))),
    !over && h("progress", { value: done, max: Math.max(1, total), "aria-label": words }));
}
