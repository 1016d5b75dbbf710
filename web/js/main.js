// The frame: pages, language, freshness, live updates.
import * as api from "./api.js";
import { events } from "./events.js";
import { h, icon } from "./dom.js";
import { chooseLanguage, words } from "./i18n/index.js";
import { PAGES, format, parse } from "./state.js";
import { clock } from "./time.js";
import { overview } from "./views/overview.js";

/** The first page comes with the frame, the others when they are opened. */
const LATER = {
  meter: () => import("./views/meter.js"), grid: () => import("./views/grid.js"), data: () => import("./views/data.js"),
  connectors: () => import("./views/connectors.js"), imports: () => import("./views/import.js"), settings: () => import("./views/settings.js"),
};
const opened = (name) => async (next) => (await LATER[name]())[name](next);
const VIEWS = { overview, electricity: opened("meter"), gas: opened("meter"), grid: opened("grid"), data: opened("data"), connectors: opened("connectors"), import: opened("imports"), settings: opened("settings") };
/** How many pages a phone has room for; the others are behind one more entry. */
const IN_BAR = 4;
/** How long a page may take before the reader is told that it is on its way. */
const PATIENCE_MS = 400;
const main = document.querySelector("#main");
const rail = document.querySelector(".rail");
let context = null;
let turn = 0;
let shown = null;

const go = (change) => { location.hash = format({ ...parse(location.hash), ...change }); };

async function draw() {
  const mine = ++turn;
  const state = parse(location.hash);
  const language = chooseLanguage(state.lang, navigator.language ?? "fr");
  const t = words(language);
  document.documentElement.lang = language;
  document.querySelector(".skip").textContent = t.skip;
  document.title = `${t[state.page]} – Watteau`;
  const slow = setTimeout(() => mine === turn && state.page !== shown && main.prepend(h("p.note.loading", { role: "status" }, t.loading)), PATIENCE_MS);
  try {
    const [status, series] = await Promise.all([api.status(), api.series()]);
    const next = { t, language, state, go, series, status, clock: clock(language, status.timezone) };
    const content = await VIEWS[state.page](next);
    if (mine !== turn) return;
    const moved = context && context.state.page !== state.page;
    context = next;
    const refocus = remember();
    main.replaceChildren(...notices(next), ...content, languageSwitch(next, "div.foot"));
    frame(next);
    refocus();
    if (moved) scrollTo(0, 0);
  } catch (error) {
    if (mine !== turn) return;
    // A refusal is an answer: only silence means that the daemon is away.
    const refused = error instanceof api.Refusal && error.status < 500;
    warn(refused ? t.declined : t.unreachable, api.reason(error, language));
  } finally {
    clearTimeout(slow);
    if (mine === turn) main.querySelectorAll(".loading").forEach((one) => one.remove());
  }
}

/** What was on the page stays, under a word about why it does not move. */
function warn(said, detail) {
  main.querySelector(".unreachable")?.remove();
  main.prepend(h("div.notice.unreachable", { role: "alert" }, h("p", null, said), detail && h("p.note", null, detail)));
}

/** A page drawn again gives the focus back to the control that had it. */
function remember() {
  const label = (one) => one.getAttribute("aria-label") ?? (one.name || one.textContent);
  const name = (one) => `${one.closest("section")?.getAttribute("aria-label") ?? ""}|${label(one)}`;
  const held = document.activeElement;
  if (!held || !main.contains(held) || held === main) return () => {};
  const [wanted, word] = [name(held), label(held)];
  return () => {
    const controls = [...main.querySelectorAll("button, a, input, select, [tabindex]")];
    // A card may have changed its name with what it shows.
    (controls.find((one) => name(one) === wanted) ?? controls.find((one) => label(one) === word))?.focus({ preventScroll: true });
  };
}

function notices({ status, language, state }) {
  if (state.page === "connectors") return [];
  return status.notices.map((notice) => h(`div.notice.${notice.kind}`, { role: "status" }, h("p", null, notice.text[language] ?? notice.text.en, " ",
    notice.action && h("a", { href: notice.action.href }, notice.action.text[language] ?? notice.action.text.en))));
}

function languageSwitch({ t, language }, tag) {
  const other = language === "fr" ? "en" : "fr";
  return h(tag, null, h("button.quiet", { type: "button", lang: other, onclick: () => go({ lang: other }) }, t.language));
}

function frame(next) {
  const { t, language, state, status, clock: time } = next;
  const link = (page, kind = "") => h(`li${kind}`, null, h("a", { href: format({ page, lang: state.lang }), "aria-current": page === state.page && "page", title: t[page] },
    icon(page), h("span.long", null, t[page]), h("span.brief", null, t.brief[page])));
  // What the bar of a phone has no room for.
  const more = () => {
    const rest = PAGES.slice(IN_BAR);
    return h("li.more", null, h("details", { open: rail.querySelector("details")?.open && state.page === shown }, h("summary", { "aria-current": rest.includes(state.page) && "true" }, icon("more"), h("span", null, t.more)), h("ul", null, rest.map((page) => link(page)))));
  };
  // How old the data is says more than when the source was last asked; what is foreseen is no data yet.
  const age = ({ name }) => {
    const last = Math.min(Date.now() / 1000, Math.max(...next.series.filter((one) => one.connector === name && one.latest).map((one) => one.latest.start)));
    return last > 0 ? t.dataTo(time.monthDay(last + 1)) : t.noData;
  };
  const fresh = status.connectors.map((one) => h("li", null, h(`span.dot.${one.state}`, null), h("a", { href: format({ page: "connectors", lang: state.lang }) },
    one.title[language] ?? one.title.en, h("span.note", null, `${age(one)}, ${(t[one.state] ?? t.running).replaceAll(" ", "\u00a0")}`))));
  rail.setAttribute("aria-label", t.pages);
  rail.replaceChildren(h("div.brand", null, "Watteau"), h("ul.pages", null, PAGES.map((page, i) => link(page, i < IN_BAR ? "" : ".rest")), more()),
    h("div.freshness", null, h("h2", null, t.freshness), h("ul", null, fresh)), languageSwitch(next, "div.rail-foot"));
  shown = state.page;
}

addEventListener("click", (event) => {
  const menu = rail.querySelector("details[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
addEventListener("hashchange", draw);
addEventListener("keydown", (event) => {
  if (event.target.closest?.("input, textarea, select, .scroll") || event.ctrlKey || event.metaKey || event.altKey) return;
  const sign = { ArrowLeft: "-1", ArrowRight: "1" }[event.key];
  if (sign) main.querySelector(`button[data-move="${sign}"]`)?.click();
  if (event.key === "t" && main.querySelector(".picker")) go({ date: undefined, from: undefined, to: undefined });
});

let later = 0;
/** Several things that happen together are one reason to draw. */
const soon = () => {
  clearTimeout(later);
  later = setTimeout(draw, 800);
};
// The question comes with its own module, which most pages never need.
api.whenAsked(async () => (await import("./signin.js")).signIn());
events((name, told) => {
  const page = context?.state.page;
  if (name === "lost" && context) warn(context.t.unreachable);
  if (name === "found") draw();
  if (name === "connector" && page === "connectors") LATER.connectors().then(({ update }) => update(told, context));
  if (name === "run" && page === "connectors") LATER.connectors().then(({ progress }) => progress(told, context));
  if (name === "job" && ["overview", "electricity", "gas", "grid"].includes(page)) soon();
  if (name === "points" && ["overview", "electricity", "gas", "grid"].includes(page) && (context.watched?.includes(told.series) ?? true)) soon();
});
draw();
