// The frame: pages, language, freshness, live updates.
import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { chooseLanguage, words } from "./i18n/index.js";
import { PAGES, format, parse } from "./state.js";
import { clock } from "./time.js";
import { connectors, update } from "./views/connectors.js";
import { imports } from "./views/import.js";
import { meter } from "./views/meter.js";
import { overview } from "./views/overview.js";

const VIEWS = { overview, electricity: meter, gas: meter, connectors, import: imports };
const main = document.querySelector("#main");
const rail = document.querySelector(".rail");
let context = null;
let turn = 0;

const go = (change) => { location.hash = format({ ...parse(location.hash), ...change }); };

async function draw() {
  const mine = ++turn;
  const state = parse(location.hash);
  const language = chooseLanguage(state.lang, navigator.language ?? "fr");
  const t = words(language);
  document.documentElement.lang = language;
  document.querySelector(".skip").textContent = t.skip;
  document.title = `${t[state.page]} – Watteau`;
  try {
    const [status, series] = await Promise.all([api.status(), api.series()]);
    const next = { t, language, state, go, series, status, clock: clock(language, status.timezone) };
    const content = await VIEWS[state.page](next);
    if (mine !== turn) return;
    context = next;
    main.replaceChildren(...notices(next), ...content);
    frame(next);
  } catch (error) {
    if (mine !== turn) return;
    main.querySelector(".unreachable")?.remove();
    main.prepend(h("div.notice.unreachable", { role: "alert" }, h("p", null, t.unreachable), h("p.note", null, error.message)));
  }
}

function notices({ status, language, state }) {
  if (state.page === "connectors") return [];
  return status.notices.map((notice) => h(`div.notice.${notice.kind}`, { role: "status" }, h("p", null, notice.text[language], " ",
    notice.action && h("a", { href: format({ ...state, page: "connectors" }) }, notice.action.text[language]))));
}

function frame({ t, language, state, status, clock: time }) {
  const link = (page) => h("li", null, h("a", { href: format({ page, lang: state.lang }), "aria-current": page === state.page && "page" }, icon(page), h("span", null, t[page])));
  const fresh = status.connectors.map((one) => h("p", null, h("span.state", null, h(`span.dot.${one.state}`, null), h("span", null, one.name, ", ", t[one.state] ?? t.running)),
    one.last_success && h("span.note", null, ` ${time.moment(Date.parse(one.last_success) / 1000)}`)));
  const other = h("button", { type: "button", lang: language === "fr" ? "en" : "fr", onclick: () => go({ lang: language === "fr" ? "en" : "fr" }) }, t.language);
  rail.setAttribute("aria-label", "Watteau");
  rail.replaceChildren(h("div.brand", null, "Watteau"), h("ul.pages", null, PAGES.map(link)), h("div.freshness", null, h("h2", null, t.freshness), fresh, h("p", null, other)));
}

addEventListener("hashchange", draw);
addEventListener("keydown", (event) => {
  if (event.target.closest?.("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const press = { ArrowLeft: 0, ArrowRight: -1 }[event.key];
  const buttons = main.querySelectorAll(".head .segments[role=group] button");
  if (press !== undefined && buttons.length) buttons[press === 0 ? 0 : buttons.length - 1].click();
  if (event.key === "t" && buttons.length) go({ date: undefined });
});

let later = 0;
api.events((name, data) => {
  if (name === "connector" && context?.state.page === "connectors") update(data, context);
  if (name === "points" && context?.state.page !== "import") {
    clearTimeout(later);
    later = setTimeout(draw, 800);
  }
});
draw();
