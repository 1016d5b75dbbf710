// A connector that tries the walls around it, as far as JavaScript can.

import { send } from "watteau:connector/http@1.0.0";
import { get } from "watteau:connector/settings@1.0.0";

function said(en) {
  return { en, fr: null };
}

const deeds = {
  // Through the contract, where the host decides.
  fetch(url) {
    const request = { method: "get", url, headers: [], body: null, auth: null, timeoutMs: null };
    try {
      return `sent: ${send(request).status}`;
    } catch (error) {
      const { tag, val } = error.payload ?? error;
      return `${tag}: ${val}`;
    }
  },
  // Any other way out that engines of JavaScript tend to have.
  globals() {
    const ways = ["fetch", "WebSocket", "XMLHttpRequest", "Worker", "process", "require", "Deno", "std", "os"];
    return ways.filter((name) => name in globalThis).join(" ");
  },
  // What the engine itself says of the world outside.
  clock() {
    return new Date(0).getTimezoneOffset() === 0 && Date.now() > 1.7e12 ? "real, in UTC" : "odd";
  },
  loop() {
    for (;;);
  },
  memory() {
    for (const kept = []; ; ) kept.push(new Uint8Array(1 << 20).fill(1));
  },
  recurse() {
    const deeper = (depth) => deeper(depth + 1) + 1;
    return String(deeper(0));
  },
  throw() {
    throw new Error("a mistake of its own");
  },
};

export const plugin = {
  describe: () => [],
  check() {
    const { deed, url } = JSON.parse(get());
    return said(deeds[deed](url));
  },
};

export const source = {
  pull: () => ({ historyStart: null, remark: null }),
};
