// A network in ONNX Runtime Web: on the GPU where the browser offers one, else on the CPU.

const DIST = new URL("./node_modules/onnxruntime-web/dist/", import.meta.url);

let runtime; // {ort, gpu}, loaded once

async function loadRuntime() {
  const gpu = Boolean(navigator.gpu && (await navigator.gpu.requestAdapter()));
  const build = gpu ? "ort.webgpu.min.mjs" : "ort.wasm.min.mjs";
  const ort = await import(new URL(build, DIST).href);
  ort.env.wasm.wasmPaths = DIST.href;
  return { ort, gpu };
}

async function firstOutput(session, picture) {
  const outputs = await session.run({ [session.inputNames[0]]: picture });
  return Array.from(await outputs[session.outputNames[0]].getData(), Number);
}

/** Do two sessions say the same of a picture of noise? */
async function agree(one, other, ort, dims) {
  const noise = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, Math.random);
  const picture = () => new ort.Tensor("float32", noise, dims);
  const expected = await firstOutput(one, picture());
  const actual = await firstOutput(other, picture());
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.every((value, i) => Math.abs(value - actual[i]) <= 1e-3 * largest);
}

/** Opens a model from its bytes. It has one picture as input, [N, channels, height, width]. */
export async function openNetwork(bytes) {
  runtime ??= loadRuntime();
  const { ort, gpu } = await runtime;
  const create = (provider) =>
    ort.InferenceSession.create(bytes, { executionProviders: [provider] });
  let session = await create("wasm");

  const input = session.inputMetadata[0];
  if (session.inputNames.length !== 1 || input.shape.length !== 4 || input.type !== "float32")
    throw new Error("this page runs networks of one input, float32 [N, channels, height, width]");
  // Sizes that are left open are names; the page has to choose.
  const [channels, height, width] = [1, 2, 3].map((axis) =>
    typeof input.shape[axis] === "number" ? input.shape[axis] : axis === 1 ? 3 : 224,
  );
  if (channels !== 1 && channels !== 3)
    throw new Error(`this page has pictures of 1 or 3 channels; the network wants ${channels}`);

  const dims = [1, channels, height, width];
  const { numThreads } = ort.env.wasm;
  let where = `the CPU (WebAssembly, ${numThreads} thread${numThreads === 1 ? "" : "s"})`;
  if (gpu) {
    // Some convolutions come out wrong on GPUs (docs/deploy-browser.md): try before trusting.
    const onGpu = await create("webgpu");
    const right = await agree(session, onGpu, ort, dims);
    await (right ? session : onGpu).release();
    if (right) session = onGpu;
    where = right ? "the GPU (WebGPU)" : `${where}, because the GPU computes it wrongly`;
  }

  return {
    channels,
    height,
    width,
    where,
    /** The first output for a Float32Array of the picture, and how many milliseconds it took. */
    async run(pixels) {
      const began = performance.now();
      const scores = await firstOutput(session, new ort.Tensor("float32", pixels, dims));
      return { scores, milliseconds: performance.now() - began };
    },
    release: () => session.release(),
  };
}
