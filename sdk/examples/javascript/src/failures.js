// The ways to fail, in the words of the contract: the cause says when it is worth trying again, the party whose
// fault it is, the message what the person should do.

export const PARTY = "Heat Pump Cloud";

export function text(en, fr) {
  return { en, fr };
}

function failure(cause, message, evidence = null) {
  return { cause, party: PARTY, message, evidence };
}

export function consent() {
  return failure(
    { tag: "consent" },
    text(
      "Heat Pump Cloud refuses the API key: make a new one in its application and put it under `key`.",
      "Heat Pump Cloud refuse la clé d’API : créez-en une dans son application et mettez-la dans « key ».",
    ),
  );
}

export function unknownPump() {
  const message = text(
    "Heat Pump Cloud does not know this pump: compare with the number on its plate.",
    "Heat Pump Cloud ne connaît pas cette pompe : comparez avec le numéro de sa plaque.",
  );
  return failure({ tag: "settings", val: [{ option: "pump", message }] }, message);
}

/// `until`: an instant in milliseconds, or null where nobody says.
export function usedUp(until) {
  return failure(
    { tag: "quota", val: until },
    text("Heat Pump Cloud takes no more calls for now.", "Heat Pump Cloud n’accepte plus d’appels pour l’instant."),
  );
}

export function unavailable(why) {
  return failure(
    { tag: "unavailable", val: null },
    text(`Heat Pump Cloud does not work at present (${why}).`, `Heat Pump Cloud ne fonctionne pas (${why}).`),
  );
}

export function unreadable(evidence) {
  return failure(
    { tag: "unreadable" },
    text(
      "Heat Pump Cloud gives an answer that cannot be read; the rest goes on.",
      "La réponse de Heat Pump Cloud est illisible ; le reste continue.",
    ),
    evidence.slice(0, 2000),
  );
}

/// The request did not get through: the host says which of its rules or which cable it was.
export function notSent(error) {
  switch (error.tag) {
    case "quota":
      return usedUp(error.val);
    case "unreachable":
    case "credential":
      return unavailable(error.val);
    case "timed-out":
      return unavailable("it took too long");
    case "too-large":
      return unreadable(`more than ${error.val} bytes`);
    default: {
      // Denied or invalid: nobody's fault but this connector's or its address's.
      const why = error.val;
      const message = text(`The request was not sent: ${why}`, `La requête n’est pas partie : ${why}`);
      return { cause: { tag: "settings", val: [{ option: "base_url", message }] }, party: null, message, evidence: null };
    }
  }
}

/// The host does not take the points: a full disk, most of the time.
export function notKept(error) {
  const message = text(
    `watteau cannot keep the hours: ${error.val}`,
    `watteau ne peut pas conserver les heures : ${error.val}`,
  );
  return { cause: { tag: "unavailable", val: null }, party: null, message, evidence: null };
}
