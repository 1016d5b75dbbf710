// Two languages with the same keys; the reader's browser chooses, the reader may change it.
import en from "./en.js";
import fr from "./fr.js";

const LANGUAGES = { fr, en };

/** The language of an address, else of the browser: French unless it asks for another. */
export function chooseLanguage(wanted, browser) {
  if (wanted in LANGUAGES) return wanted;
  return browser.toLowerCase().startsWith("fr") ? "fr" : "en";
}

export const words = (language) => LANGUAGES[language];
