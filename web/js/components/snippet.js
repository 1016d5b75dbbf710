// Lines for watteau.toml, to be copied.
import { h } from "../dom.js";

/** Lines of a configuration, with a button that copies them. */
export function snippet(text, { t }) {
  const lines = h("code.snippet", { tabindex: "0", role: "region", "aria-label": t.snippet }, text);
  const said = h("span.note", { role: "status" });
  const copy = async () => {
    // A page that was not fetched over TLS has no clipboard, yet it may copy what is selected.
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false) ?? false;
    if (!done) getSelection().selectAllChildren(lines);
    said.textContent = done || document.execCommand("copy") ? t.copied : "";
  };
  return h("div", null, lines, h("div.actions", null, h("button", { type: "button", onclick: copy }, t.copy), said));
}
