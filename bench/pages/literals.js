// A worker that goes over bytes in memory again and again, one way after the other, and says how long each took. Before it
// stands the probe's glue, `wasm_bindgen`.
self.onmessage = async ({ data: { module, text, rounds } }) => {
  wasm_bindgen.initSync({ module });
  const probe = new wasm_bindgen.Probe(text);
  const ways = { literals: [], newlines: [], one_literal: [], scan: [] };
  const counts = {};
  // Once for nothing: the first time the browser still compiles.
  for (let round = -2; round < rounds; round += 1) {
    for (const way in ways) {
      const begin = performance.now();
      counts[way] = probe[way]();
      if (round >= 0) ways[way].push(performance.now() - begin);
    }
  }
  const same = probe.literals() === probe.literals_one_by_one();
  self.postMessage({ ways, counts, same, bytes: text.byteLength });
};
