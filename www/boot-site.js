// Where the parts are in the site: files beside the page, with the hash of their content in the name.
//
// Integrity: the glue is checked by its modulepreload link, the rest by fetch. The worker starts from a Blob, because
// browsers know no integrity for a worker's URL and give such a worker the policy of its own headers, which a static
// host does not send; a worker from a Blob has the page's policy. So nothing is asked of the host after the page has
// loaded, not even for a worker that replaces a dead one.
const checked = async (link) => {
  const { href, dataset } = document.querySelector(link);
  const response = await fetch(href, { integrity: dataset.integrity });
  if (!response.ok) throw new Error(`${href}: ${response.status}`);
  return response;
};

const compile = async (name) => {
  const response = await checked(`link[data-wasm="${name}"]`);
  // Some hosts do not know the type of wasm, and only that type may be compiled while it loads.
  const known = response.headers.get("content-type") === "application/wasm";
  return known ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
};

// Keeps the site for when there is no network. The page hears of a version that waits, and says when to use it; this
// tab begins anew then, and no other, because another may be reading.
const offline = async (script) => {
  const registration = await navigator.serviceWorker.register(script("sw.js"), { updateViaCache: "none" });
  const tell = () => {
    if (registration.waiting && registration.active) dispatchEvent(new Event("crdb-triage-waits"));
  };
  const watch = () => registration.installing?.addEventListener("statechange", tell);
  registration.addEventListener("updatefound", watch);
  addEventListener("crdb-triage-use", () => {
    const next = registration.waiting;
    // Another tab was first.
    if (!next) return location.reload();
    next.addEventListener("statechange", () => next.state === "activated" && location.reload());
    next.postMessage("use");
  });
  watch();
  tell();
};

const module = compile("page");
const engine = compile("worker");

start({
  workerScript: checked('link[data-script="worker"]')
    .then((response) => response.blob())
    .then((script) => URL.createObjectURL(new Blob([script], { type: "text/javascript" }))),
  engine,
  page: async () => {
    const { default: init } = await import(document.querySelector('link[rel="modulepreload"]').href);
    await init({ module_or_path: await module });
  },
}).then(async (script) => {
  // By now the page has all that it needs, and the browser has most of what is to be kept.
  await engine;
  // Insecure hosts and private windows have no service workers. The page does without.
  setTimeout(() => offline(script).catch(() => {}));
});
