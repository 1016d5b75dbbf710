// Requests to the cloud. The host adds the key by its name in the manifest: this code never sees it.

import { now } from "watteau:connector/clock@1.0.0";
import { send } from "watteau:connector/http@1.0.0";
import { consent, notSent, unavailable, unknownPump, unreadable, usedUp } from "./failures.js";
import { fromUtf8 } from "./utf8.js";

/// The object that the cloud answers, or throws the failure that the host understands.
export function fetchJson(url) {
  const { status, headers, body } = ask(url);
  const said = textOf(body);
  switch (status) {
    case 200:
      return object(said);
    case 401:
    case 403:
      throw consent();
    case 404:
      throw unknownPump();
    case 429:
      throw usedUp(retryAfter(headers));
    default:
      throw status >= 500 ? unavailable(`HTTP ${status}`) : unreadable(`HTTP ${status}: ${said}`);
  }
}

function ask(url) {
  try {
    return send({
      method: "get",
      url,
      headers: [["accept", "application/json"]],
      body: null,
      auth: "key",
      timeoutMs: null,
    });
  } catch (error) {
    throw notSent(error.payload);
  }
}

function textOf(body) {
  try {
    return fromUtf8(body);
  } catch {
    throw unreadable(`${body.length} bytes that are not UTF-8`);
  }
}

function object(said) {
  let value;
  try {
    value = JSON.parse(said);
  } catch {
    throw unreadable(said);
  }
  if (value === null || typeof value !== "object") throw unreadable(said);
  return value;
}

/// The instant that a header `Retry-After: <seconds>` means.
function retryAfter(headers) {
  const found = headers.find(([name]) => name === "retry-after");
  const seconds = Number.parseInt(found?.[1], 10);
  return Number.isFinite(seconds) ? now() + seconds * 1000 : null;
}
