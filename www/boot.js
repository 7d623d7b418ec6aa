// How the page starts, in the site and in the single file alike. boot-site.js and boot-single.js, of which the
// build puts one behind this file, say where the parts come from:
//   workerScript  URL of the worker's script, or a promise of it
//   engine        promise of the worker's WebAssembly.Module: compiled once, here, for all workers
//   page          function that loads and starts the page's own wasm
//
// When the page runs, `start` gives back the one way to name a script to the browser.
//
// What the page gets is one function, crdbTriageWorker(): a new worker whose engine is on its way. Its first
// message says that it is ready; what is sent to it earlier is lost. If the engine cannot be loaded, the worker
// gets an `error` event, as if its script had failed.
const start = async ({ workerScript, engine, page }) => {
  try {
    const url = await workerScript;
    // Trusted Types: the two scripts that may run beside the page, whatever the caller asks for.
    const allowed = (name) => (name === "sw.js" ? name : url);
    const policy = globalThis.trustedTypes?.createPolicy("crdb-triage", { createScriptURL: allowed });
    const script = (name) => (policy ? policy.createScriptURL(name) : allowed(name));
    globalThis.crdbTriageWorker = () => {
      const worker = new Worker(script("worker"));
      engine.then(
        (module) => worker.postMessage(module),
        (error) => worker.dispatchEvent(new ErrorEvent("error", { message: String(error) })),
      );
      return worker;
    };
    await page();
    return script;
  } catch (error) {
    document.documentElement.dataset.state = "failed";
    const message = document.createElement("p");
    message.setAttribute("role", "alert");
    message.textContent = `The page could not start: ${error}`;
    document.body.append(message);
    throw error;
  }
};
