// Reads a file as the page's worker does (www/worker/src/file.rs): streams over 256 MiB and a buffer of 1 MiB. What
// comes is not even copied.
const AHEAD = 256 << 20;
let buffer = new ArrayBuffer(1 << 20);

self.onmessage = async ({ data: file }) => {
  let bytes = 0;
  for (let from = 0; from < file.size; from += AHEAD) {
    const reader = file.slice(from, from + AHEAD).stream().getReader({ mode: "byob" });
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      buffer = value.buffer;
      if (done) break;
      bytes += value.byteLength;
    }
  }
  self.postMessage(bytes);
};
