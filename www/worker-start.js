// The end of the worker's script; before it the build puts the engine's glue, `wasm_bindgen`.
//
// The first message is the engine, compiled by the page. Starting it is synchronous, so every later message
// finds the engine's own listener.
self.onmessage = ({ data }) => {
  self.onmessage = null;
  wasm_bindgen.initSync({ module: data });
};
