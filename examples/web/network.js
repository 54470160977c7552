// A network in ONNX Runtime Web: on the GPU where the browser offers one, else on the CPU.

const DIST = new URL("./node_modules/onnxruntime-web/dist/", import.meta.url);

let runtime; // {ort, provider}, loaded once

async function loadRuntime() {
  const gpu = navigator.gpu && (await navigator.gpu.requestAdapter());
  const build = gpu ? "ort.webgpu.min.mjs" : "ort.wasm.min.mjs";
  const ort = await import(new URL(build, DIST).href);
  ort.env.wasm.wasmPaths = DIST.href;
  return { ort, provider: gpu ? "webgpu" : "wasm" };
}

const onCpu = (threads) => `the CPU (WebAssembly, ${threads} thread${threads === 1 ? "" : "s"})`;

/** Opens a model from its bytes. It has one picture as input, [N, channels, height, width]. */
export async function openNetwork(bytes) {
  runtime ??= loadRuntime();
  const { ort, provider } = await runtime;
  const session = await ort.InferenceSession.create(bytes, { executionProviders: [provider] });

  const input = session.inputMetadata[0];
  if (session.inputNames.length !== 1 || input.shape.length !== 4 || input.type !== "float32")
    throw new Error("this page runs networks of one input, float32 [N, channels, height, width]");
  // Sizes that are left open are names; the page has to choose.
  const [channels, height, width] = [1, 2, 3].map((axis) =>
    typeof input.shape[axis] === "number" ? input.shape[axis] : axis === 1 ? 3 : 224,
  );
  if (channels !== 1 && channels !== 3)
    throw new Error(`this page has pictures of 1 or 3 channels; the network wants ${channels}`);

  return {
    channels,
    height,
    width,
    where: provider === "webgpu" ? "the GPU (WebGPU)" : onCpu(ort.env.wasm.numThreads),
    /** The first output for a Float32Array of the picture, and how many milliseconds it took. */
    async run(pixels) {
      const picture = new ort.Tensor("float32", pixels, [1, channels, height, width]);
      const began = performance.now();
      const outputs = await session.run({ [session.inputNames[0]]: picture });
      const scores = await outputs[session.outputNames[0]].getData();
      return { scores: Array.from(scores, Number), milliseconds: performance.now() - began };
    },
    release: () => session.release(),
  };
}
