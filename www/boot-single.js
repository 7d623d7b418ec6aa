// Where the parts are in the single file: deflated and in base64, in script elements that no browser runs.
//
// The build puts the page's glue (`wasm_bindgen`) before this. Nothing here may ask the network: connect-src is
// 'none', and from file:// there would be no answer either. Hence a Blob for the worker's script.
const unpack = (id) => {
  const element = document.getElementById(id);
  const packed = Uint8Array.from(atob(element.textContent.trim()), (character) => character.charCodeAt(0));
  element.remove();
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
};

const compile = async (id) => WebAssembly.compile(await unpack(id).arrayBuffer());

start({
  workerScript: unpack("worker-script")
    .text()
    .then((text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }))),
  engine: compile("worker-wasm"),
  page: async () => wasm_bindgen({ module_or_path: await compile("page-wasm") }),
});
