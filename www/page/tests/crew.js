// A worker of paper: answers as the real one would, at once or never, so that tests see what the page makes of it.
// `behaviour` is "works", "silent" (reads for ever), "dies planning" or "dies reading".
export function play(behaviour, report) {
  globalThis.askedOfWorkers = [];
  class Paper extends EventTarget {
    constructor() {
      super();
      this.say({ ready: { version: 2 } });
    }
    say(body, buffers = []) {
      setTimeout(() => {
        if (this.ended) return;
        this.dispatchEvent(new MessageEvent("message", { data: { body: JSON.stringify(body), files: [], buffers } }));
      });
    }
    die() {
      setTimeout(() => this.ended || this.dispatchEvent(new ErrorEvent("error")));
    }
    terminate() {
      this.ended = true;
    }
    postMessage({ body: text, files, buffers }) {
      // A word, or a word with what it is about.
      const request = JSON.parse(text);
      const [[type, body]] = Object.entries(typeof request === "string" ? { [request]: {} } : request);
      globalThis.askedOfWorkers.push({ type, ...body, files: files.length, buffers: buffers.length });
      const bytes = () => new ArrayBuffer(4);
      switch (type) {
        case "plan": {
          if (behaviour === "dies planning") return this.die();
          const units = ["a", "b", "c"].map((path, at) => ({ path, bytes: (at + 1) * 100 }));
          return this.say({ planned: { units, files: 9 } }, [bytes(), bytes(), bytes(), bytes()]);
        }
        case "scan":
          if (behaviour === "silent") return;
          if (behaviour === "dies reading" && body.unit === 2) return this.die();
          return this.say({ scanned: { unit: body.unit } }, [bytes()]);
        case "conclude":
          return this.say("concluded", [new TextEncoder().encode(report).buffer]);
        case "context": {
          const lines = ["before", "\u202eit\u0000self", "<b>after</b>"];
          return this.say({ context: { id: body.id, first: body.line - 1, lines } });
        }
      }
    }
  }
  globalThis.crdbTriageWorker = () => new Paper();
}

export function asked() {
  return JSON.stringify(globalThis.askedOfWorkers);
}

// What a browser gives for a dropped folder: `files` and a folder inside it with one more file, one that cannot
// be read, and at most 100 entries at a time.
export function folder(files) {
  const file = (path) => ({
    isDirectory: false,
    fullPath: path,
    file: (done, failed) =>
      path.endsWith("locked.log") ? failed(new DOMException("no", "NotReadableError")) : done(new File(["x"], path)),
  });
  const directory = (path, entries) => ({
    isDirectory: true,
    fullPath: path,
    createReader() {
      const left = [...entries];
      return { readEntries: (done) => setTimeout(() => done(left.splice(0, 100))) };
    },
  });
  const inside = Array.from({ length: files }, (_, at) => file(`/debug/${String(at).padStart(4, "0")}.log`));
  const nested = directory("/debug/nodes", [file("/debug/nodes/1.log"), file("/debug/nodes/locked.log")]);
  return directory("/debug", [...inside, nested]);
}
