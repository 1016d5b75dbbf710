// QuickJS has the language and nothing of a browser: no TextDecoder.

const PIECE = 4096;

/// The text that bytes are in UTF-8; throws where they are none.
export function fromUtf8(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    // By `apply`: spreading would step through the bytes one by one, in an interpreter inside an interpreter.
    binary += String.fromCharCode.apply(null, bytes.slice(at, at + PIECE));
  }
  // One `%XX` for each byte, which the other function reads as UTF-8.
  return decodeURIComponent(escape(binary));
}
