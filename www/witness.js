// What the browser itself can say about this page: its policy, what was asked of a network, what was refused, what is
// stored. The page shows it to the person. The build puts this before boot.js, so that it sees everything.
const witness = (() => {
  const FOLDER = new URL(".", document.baseURI).href;
  const violations = [];
  const waiting = new Map();
  let loaded = Infinity;
  let changed = () => {};
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    for (const [host, refused] of waiting) {
      if (blockedURI.includes(host)) {
        refused(effectiveDirective);
        return;
      }
    }
    violations.push({ directive: effectiveDirective, blocked: blockedURI });
    changed();
  });

  // What goes over a network: not the parts of the page, of which icons come late, and not the attempts below: nobody
  // has a name under .invalid (RFC 2606).
  const isPart = (name) =>
    name.startsWith(FOLDER) && /^(sw\.js|assets\/[a-z0-9-]+\.[a-z0-9]+)$/.test(name.slice(FOLDER.length));
  const asked = () =>
    performance
      .getEntriesByType("resource")
      .filter(({ startTime, name }) => startTime > loaded && /^(https?|wss?):/.test(name) && !isPart(name))
      .map(({ name }) => name)
      .filter((name) => !new URL(name).hostname.endsWith(".invalid"));

  // A browser that refuses to say holds nothing that this page could have put there.
  const number = async (ask) => {
    try {
      return (await ask()) ?? 0;
    } catch {
      return 0;
    }
  };
  const stored = async () => ({
    cookies: await number(() => (document.cookie ? 1 : 0)),
    values: await number(() => localStorage.length + sessionStorage.length),
    databases: await number(async () => (await indexedDB.databases()).length),
    copies: await number(async () => (await caches.keys()).length),
  });

  const attempts = {
    fetch: (host) => fetch(`https://${host}/`, { mode: "no-cors" }).catch(() => {}),
    WebSocket: (host) => new WebSocket(`wss://${host}/`),
    beacon: (host) => navigator.sendBeacon(`https://${host}/`, "x"),
    image: (host) => Object.assign(new Image(), { src: `https://${host}/x.png` }),
    form: (host) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: `https://${host}/` });
      document.body.append(form);
      form.submit();
      form.remove();
    },
  };
  const attempt = (channel) =>
    new Promise((resolve) => {
      const host = `${channel.toLowerCase()}.crdb-triage.invalid`;
      const end = (directive) => {
        waiting.delete(host);
        resolve({ channel, directive });
      };
      // Refusing takes no time; who has said nothing by then has not refused.
      setTimeout(end, 2000, null);
      waiting.set(host, end);
      try {
        attempts[channel](host);
      } catch {
        // Some also throw when they refuse; the event alone says that it was the policy.
      }
    });

  return {
    // From now on, whatever is asked for is worth a word; `tell` is called when there is something new to see.
    watch: (tell) => {
      loaded = performance.now();
      changed = () => tell();
      new PerformanceObserver(changed).observe({ type: "resource" });
      // From then on the browser keeps the page.
      navigator.serviceWorker?.ready.then(changed);
    },
    seen: async () =>
      JSON.stringify({
        policy: document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? "",
        requests: asked(),
        violations,
        stored: await stored(),
      }),
    attempt: async () => {
      const { form, ...others } = attempts;
      const results = await Promise.all(Object.keys(others).map(attempt));
      // A form that is not refused would leave the page, and with it everything on it.
      if (results.every(({ directive }) => directive)) results.push(await attempt("form"));
      return JSON.stringify(results);
    },
  };
})();
globalThis.crdbTriageWitness = witness;
