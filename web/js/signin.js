// Asks for the password when the daemon wants one, and then goes on with what was asked.
import { Refusal, login, reason } from "./api.js";
import { h } from "./dom.js";
import { words } from "./i18n/index.js";

/** The one question at a time: whatever else needs the password waits for the same answer. */
let asking = null;

/**
 * Shows the question; true once somebody has signed in, false where they would rather not.
 * @returns {Promise<boolean>}
 */
export function signIn() {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

function ask() {
  const language = document.documentElement.lang;
  const t = words(language).access;
  const said = h("p.bad", { role: "alert", id: "signin-said" });
  const password = h("input", { type: "password", name: "password", autocomplete: "current-password", required: true, autofocus: true, "aria-describedby": "signin-said" });
  const enter = h("button.main", { type: "submit" }, t.signIn);
  const dialog = h("dialog.signin", { "aria-labelledby": "signin-title" });
  return new Promise((resolve) => {
    let done = false;
    const submit = async (event) => {
      event.preventDefault();
      enter.disabled = true;
      said.textContent = "";
      try {
        await login(password.value);
        done = true;
        dialog.close();
      } catch (error) {
        said.textContent = error instanceof Refusal ? reason(error, language) : words(language).unreachable;
        enter.disabled = false;
        password.select();
        password.focus();
      }
    };
    // A browser's own store of passwords wants a name beside.
    const name = h("input.sr", { type: "text", name: "username", value: "watteau", autocomplete: "username", tabindex: "-1", readOnly: true, "aria-hidden": "true" });
    dialog.append(h("form", { onsubmit: submit }, h("h2", { id: "signin-title" }, t.title), h("p.note", null, t.why), name,
      h("label", null, t.password, password), said,
      h("div.actions", null, enter, h("button", { type: "button", onclick: () => dialog.close() }, t.leave))));
    // Escape closes it too; the browser gives the focus back to where it was.
    dialog.addEventListener("close", () => {
      password.value = "";
      dialog.remove();
      resolve(done);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
