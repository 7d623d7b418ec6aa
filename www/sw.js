// The site without a network. Before this the build puts `FILES`, each file of the site with its hash, and `BUILD`.
//
// A version is kept whole or not at all, and what is kept is all that the page gets. A version that comes later waits
// until a person asks for it or no page of the one before is open.
const SCOPE = self.registration.scope;
// Sites below other paths of this host keep theirs in the same place.
const OURS = `crdb-triage ${SCOPE} `;
const KEPT = OURS + BUILD;

const keep = async () => {
  const cache = await caches.open(KEPT);
  const one = async (name) => {
    const ask = (cache) => fetch(name, { integrity: FILES[name], cache });
    // What has its hash in its name is where the browser has just put it; the rest may be older there than on the host.
    // And what came damaged once would otherwise stay so for as long as the browser may use it again.
    const response = await ask(name.startsWith("assets/") ? "default" : "no-cache").catch(() => ask("reload"));
    // Copied: a host may have sent index.html on to the folder, and no browser opens a page that was sent on.
    await cache.put(name, new Response(response.body, response));
  };
  try {
    await Promise.all(Object.keys(FILES).map(one));
  } catch (error) {
    await caches.delete(KEPT);
    throw error;
  }
};

const kept = async (name) => {
  const response = await (await caches.open(KEPT)).match(name);
  if (response) return response;
  // Somebody took files away. With the others alone the page would never start again; without us it asks the host.
  await self.registration.unregister();
  return Response.error();
};

const forgetOlder = async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== KEPT).map((name) => caches.delete(name)));
};

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));
self.addEventListener("message", ({ data }) => data === "use" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET" || !url.startsWith(SCOPE)) return;
  const name = url.slice(SCOPE.length).split(/[?#]/)[0] || "index.html";
  if (Object.hasOwn(FILES, name)) event.respondWith(kept(name));
});
