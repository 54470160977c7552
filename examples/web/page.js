// The page: pictures come in by pen, file, drop or paste; the network's answer goes out.

import { openNetwork } from "./network.js";
import { Paper } from "./paper.js";
import { fit, planes, shares } from "./picture.js";

const element = (id) => document.getElementById(id);
const status = element("status");
let network;
let source; // what was read last: the paper, or a picture in its own resolution

function report(text, failed = false) {
  status.textContent = text;
  status.classList.toggle("failed", failed);
  status.dataset.state = failed ? "failed" : "ready"; // for tests
}

async function attempt(what, action) {
  try {
    await action();
  } catch (error) {
    report(`${what}: ${error.message}`, true);
  }
}

function show(scores) {
  const parts = shares(scores);
  const best = parts.map((share, label) => ({ share, label })).sort((a, b) => b.share - a.share);
  element("answer").textContent = best[0].label;
  // Digits keep their places; of many classes, only the likeliest are shown.
  const rows = parts.length <= 10 ? best.sort((a, b) => a.label - b.label) : best.slice(0, 10);
  element("scores").replaceChildren(
    ...rows.map(({ share, label }) => {
      const row = document.createElement("li");
      row.innerHTML = `<b></b><span class="bar"><i></i></span><span class="share"></span>`;
      row.querySelector("b").textContent = label;
      row.querySelector("i").style.width = `${100 * share}%`;
      row.querySelector(".share").textContent = `${(100 * share).toFixed(1)} %`;
      row.dataset.share = share;
      return row;
    }),
  );
}

async function read(picture) {
  source = picture;
  if (!network) return;
  fit(source, element("seen"), network);
  const { scores, milliseconds } = await network.run(planes(element("seen"), network.channels));
  show(scores);
  report(`${milliseconds.toFixed(1)} ms on ${network.where}.`);
}

async function open(bytes, name) {
  status.dataset.state = "loading";
  const opened = await openNetwork(bytes);
  await network?.release();
  network = opened;
  const { width, height, channels } = network;
  element("seen-size").textContent = `${width} × ${height}, ${channels === 1 ? "grey" : "colour"}`;
  report(`${name} is ready: ${(bytes.byteLength / 2 ** 20).toFixed(2)} MiB.`);
  if (source) await read(source);
}

const paper = new Paper(element("paper"), () =>
  attempt("Running the network failed", () => read(element("paper"))),
);

const readPicture = (blob) =>
  attempt("This picture cannot be read", async () => {
    const bitmap = await createImageBitmap(blob); // turned as its EXIF data says
    paper.put(bitmap);
    await read(bitmap);
  });

element("clear").addEventListener("click", () => paper.blank());
element("picture").addEventListener("change", ({ target }) => {
  if (target.files[0]) readPicture(target.files[0]);
  target.value = ""; // so that the same file can be chosen again
});
element("model").addEventListener("change", ({ target }) => {
  const file = target.files[0];
  if (file)
    attempt("This network cannot be run", async () => open(await file.arrayBuffer(), file.name));
  target.value = "";
});
document.addEventListener("paste", ({ clipboardData }) => {
  const file = [...clipboardData.files].find(({ type }) => type.startsWith("image/"));
  if (file) readPicture(file);
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  element("paper").classList.add("dropping");
});
document.addEventListener("dragleave", () => element("paper").classList.remove("dropping"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  element("paper").classList.remove("dropping");
  if (event.dataTransfer.files[0]) readPicture(event.dataTransfer.files[0]);
});

/** Buttons of sample pictures, where the server has any. */
async function offerSamples() {
  const answer = await fetch("samples.json");
  if (!answer.ok) return;
  for (const url of await answer.json()) {
    const button = document.createElement("button");
    const image = Object.assign(new Image(), { src: url, alt: "a sample picture" });
    button.type = "button";
    button.append(image);
    button.addEventListener("click", async () => readPicture(await (await fetch(url)).blob()));
    element("samples").append(button);
  }
}

offerSamples();
attempt("There is no network yet", async () => {
  const answer = await fetch("model.onnx");
  if (!answer.ok) throw new Error("run script/demo, or open an .onnx file of your own");
  await open(await answer.arrayBuffer(), "The network");
});
