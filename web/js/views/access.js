// Who may change something from the network: the password, and the tokens of programs.
import * as api from "../api.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { signIn } from "../signin.js";

/** How long a new token may hold, in days; the last is until it is revoked. */
const TERMS = [30, 90, 365, null];

/** The card, or none where the daemon has no such thing. */
export async function accessCard(context) {
  const session = await api.quietly(api.session());
  if (!session) return null;
  const card = h("section.card.access", { "aria-label": context.t.access.card });
  await fill(card, session, context);
  return card;
}

async function fill(card, session, context) {
  const { t } = context;
  const words = t.access;
  const again = async () => fill(card, await api.session(), context);
  const asks = session.asked ? (session.password ? words.asked : words.closed) : words.open;
  const enter = session.asked && session.password && !session.signed_in
    && h("button", { type: "button", onclick: async () => await signIn() && again() }, words.signIn);
  const leave = session.signed_in && h("button", { type: "button", onclick: async () => { await api.logout(); await again(); } }, words.signOut);
  const may = !session.asked || session.signed_in;
  // Without a session this would ask for the password: the page alone is no reason to.
  const tokens = may ? await api.quietly(api.tokens()) : null;
  const parts = [h("div.head", null, h("h2", null, words.card)),
    h("p", null, asks, " ", session.password ? words.isSet : words.isNotSet),
    !session.password && h("p.note", null, words.how, " ", h("code", null, session.set_password)),
    (enter || leave) && h("div.actions", null, enter, leave),
    ...(tokens ? tokensPart(tokens, context) : [])];
  card.replaceChildren(...parts.filter(Boolean));
}

function tokensPart(tokens, { t, language, clock }) {
  const words = t.access;
  const said = h("p.told", { role: "status" });
  const fresh = h("div");
  const listed = h("div");
  const date = (text) => (text ? clock.date(Date.parse(text) / 1000) : words.noEnd);

  function list(all) {
    const row = (token) => [token.name, token.read_only ? words.reads : words.writes, token.expired ? words.over : date(token.expires),
      h("button.quiet", { type: "button", "aria-label": `${words.revoke}, ${token.name}`, onclick: () => revoke(token.name) }, words.revoke)];
    listed.replaceChildren(all.length
      ? dataTable({ title: words.tokens, titles: [words.name, words.may, words.expires, ""], rows: all.map(row), words: 4 })
      : h("p.note", null, words.none));
  }

  /** Does something with the tokens, and says what became of it. */
  async function act(work, done) {
    said.textContent = "";
    try {
      const answer = await work();
      said.textContent = done;
      return answer;
    } catch (error) {
      if (!(error instanceof api.Refusal)) throw error;
      said.textContent = `${t.notKept}${api.reason(error, language)}`;
      return null;
    }
  }

  async function revoke(name) {
    const left = await act(() => api.revokeToken(name), words.revoked(name));
    if (left) list(left);
  }

  const name = h("input", { type: "text", name: "token-name", required: true, maxLength: 40, pattern: "[A-Za-z0-9._\\-]+", title: words.nameRule, autocomplete: "off", spellcheck: false });
  const readOnly = h("input", { type: "checkbox", name: "token-read-only", checked: true });
  const days = h("select", { name: "token-days" }, TERMS.map((term) => h("option", { value: String(term ?? "") }, term ? words.days(term) : words.noEnd)));
  const create = async (event) => {
    event.preventDefault();
    const wanted = { name: name.value, read_only: readOnly.checked, days: days.value ? Number(days.value) : null };
    const made = await act(() => api.createToken(wanted), words.made(wanted.name));
    if (!made) return;
    name.value = "";
    const shown = h("code.snippet", { tabindex: "0", role: "region", "aria-label": words.theToken(wanted.name) }, made.token);
    const copied = h("span.note", { role: "status" });
    const copy = async () => {
      const kept = await navigator.clipboard?.writeText(made.token).then(() => true, () => false) ?? false;
      if (!kept) getSelection().selectAllChildren(shown);
      copied.textContent = kept || document.execCommand("copy") ? t.copied : "";
    };
    fresh.replaceChildren(h("p.note", null, words.once), shown, h("div.actions", null, h("button", { type: "button", onclick: copy }, t.copy), copied));
    const all = await api.quietly(api.tokens());
    if (all) list(all);
  };
  list(tokens);
  return [h("h3", null, words.tokens), h("p.note", null, words.tokensNote), listed, said, fresh,
    h("form.dates", { onsubmit: create }, h("label", null, words.name, " ", name), h("label", null, readOnly, " ", words.readOnly), h("label", null, words.for, " ", days), h("button", { type: "submit" }, words.create))];
}
