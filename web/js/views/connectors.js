// Each connector: its state in a word and a sentence, what is wrong in words, and a button to run it.
import * as api from "../api.js";
import { h } from "../dom.js";

export async function connectors(context) {
  const { t } = context;
  const states = await api.connectors();
  context.cards = new Map();
  const grid = h("div.grid", null, states.map((state) => card(state, context)));
  const troubled = states.filter((state) => ["failed", "attention"].includes(state.state)).map((state) => state.name);
  return [
    h("div.head", null, h("h1", null, t.connectors)),
    h("p.sentence", null, troubled.length ? t.someTrouble(troubled.join(", ")) : t.allWell),
    grid,
  ];
}

/** Called for each event about a connector while the page is open. */
export function update(state, context) {
  const old = context.cards?.get(state.name);
  if (old?.isConnected) old.replaceWith(card(state, context));
}

function card(state, context) {
  const { t, language, clock } = context;
  const say = (text) => text?.[language] || text?.en || "";
  const at = (instant) => (instant ? clock.moment(Date.parse(instant) / 1000) : t.never);
  const troubles = [state.error, ...state.feeds.map((feed) => feed.error)].filter(Boolean);
  const start = async (event) => {
    event.target.disabled = true;
    await api.run(state.name).catch((error) => event.target.after(h("span.bad", null, error.message)));
  };
  const feeds = state.feeds.filter((feed) => feed.backfill).map((feed) => h("div", null,
    h("div.note", null, `${feed.name} : ${t.history} ${feed.backfill.done_days} ${t.of} ${feed.backfill.total_days} ${t.days}`),
    h("progress", { value: feed.backfill.done_days, max: Math.max(1, feed.backfill.total_days), "aria-label": feed.name })));
  const facts = [
    [t.plugin, `${state.plugin} ${state.version}`],
    [t.lastSuccess, at(state.last_success)],
    state.quota && [t.calls, `${state.quota.used} / ${state.quota.calls}`],
    state.watch && [t.folder, state.watch],
    state.permissions.hosts.length && [t.reach, state.permissions.hosts.join(", ")],
  ].filter(Boolean);
  const element = h("section.card.half", { "aria-label": state.name },
    h("div.head", null,
      h("h2", null, state.name, h("span.unit", null, `, ${say(state.title)}`)),
      h("span.state", null, h(`span.dot.${state.state}`, null), t[state.state] ?? t.running)),
    h("p", null, say(state.text)),
    troubles.map((trouble) => h("div.notice.your_turn", { role: "status" },
      h("p", null, say(trouble.message)),
      trouble.what_to_do && h("p", null, say(trouble.what_to_do)),
      h("p.note", null, [trouble.party, `${t.since} ${at(trouble.since)}`, trouble.next_try && `${t.nextTry} ${at(trouble.next_try)}`].filter(Boolean).join(" · ")))),
    h("dl.facts", null, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    feeds,
    h("div.actions", null, h("button", { type: "button", disabled: state.running || state.state === "disabled", onclick: start }, state.running ? t.running : t.runNow)));
  context.cards?.set(state.name, element);
  return element;
}
