// Reads the files that are chosen, in as many workers as the page would start, the largest first.
document.querySelector("input").addEventListener("input", async ({ target }) => {
  const begin = performance.now();
  const waiting = [...target.files].sort((a, b) => a.size - b.size);
  const number = Math.min(8, Math.max(1, navigator.hardwareConcurrency), waiting.length);
  let bytes = 0;
  const work = async () => {
    const worker = new Worker("reading-worker.js");
    for (let file = waiting.pop(); file; file = waiting.pop()) {
      worker.postMessage(file);
      const read = await new Promise((done, failed) => {
        worker.onmessage = ({ data }) => done(data);
        worker.onerror = failed;
      });
      bytes += read;
    }
    worker.terminate();
  };
  try {
    await Promise.all(Array.from({ length: number }, work));
    globalThis.benchReading = { milliseconds: performance.now() - begin, bytes };
  } catch (error) {
    globalThis.benchReading = { error: String(error) };
  }
});
