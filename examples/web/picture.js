// Pictures as what a network reads: planes of floats in 0…1.

/** `source` (a canvas, a bitmap) drawn onto a canvas of the network's size, its middle square. */
export function fit(source, canvas, { width, height }) {
  canvas.width = width;
  canvas.height = height;
  const scale = Math.min(source.width / width, source.height / height);
  const [w, h] = [width * scale, height * scale];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // under what is transparent
  context.fillRect(0, 0, width, height);
  const [x, y] = [(source.width - w) / 2, (source.height - h) / 2];
  context.drawImage(source, x, y, w, h, 0, 0, width, height);
}

/** The pixels of a canvas as a Float32Array [channels, height, width], grey where there is one. */
export function planes(canvas, channels) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const { data } = context.getImageData(0, 0, width, height);
  const size = width * height;
  const pixels = new Float32Array(channels * size);
  for (let i = 0; i < size; ++i) {
    const [r, g, b] = data.subarray(4 * i, 4 * i + 3);
    if (channels === 1) {
      pixels[i] = (0.299 * r + 0.587 * g + 0.114 * b) / 255;
    } else {
      [pixels[i], pixels[size + i], pixels[2 * size + i]] = [r / 255, g / 255, b / 255];
    }
  }
  return pixels;
}

/** Scores as shares of one: as they are where they are shares already, by softmax where not. */
export function shares(scores) {
  const sum = scores.reduce((a, b) => a + b, 0);
  if (scores.every((score) => score >= 0) && Math.abs(sum - 1) < 1e-3) return scores;
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}
