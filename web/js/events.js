// What the daemon tells while a page is open.

const NAMES = ["points", "connector", "run", "import", "job"];
const AGAIN_MS = 5000;

/**
 * Calls `listen(name, data)` for each event. `lost` and `found` say whether the daemon is there: a browser
 * reconnects by itself after a cut, but gives up after a refusal, so that case is tried again from here.
 */
export function events(listen) {
  let lost = false;
  const connect = () => {
    const source = new EventSource("/api/v1/events");
    for (const name of NAMES) source.addEventListener(name, (event) => listen(name, JSON.parse(event.data)));
    source.onopen = () => {
      if (lost) listen("found");
      lost = false;
    };
    source.onerror = () => {
      if (!lost) listen("lost");
      lost = true;
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS);
    };
  };
  connect();
}
