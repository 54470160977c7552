// The paper: a canvas to draw on with a pen, a finger or a mouse, and to put pictures on.

export class Paper {
  #context;
  #canvas;

  /** Calls `changed(drawn)` after every stroke (drawn) and for every picture (not drawn). */
  constructor(canvas, changed) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    this.changed = changed;
    this.blank();
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", () => this.#lift());
    canvas.addEventListener("pointercancel", () => this.#lift());
  }

  blank() {
    this.showsPicture = false;
    this.drawing = false;
    this.#canvas.width = this.#canvas.height = 320;
    this.#context.fillStyle = "white";
    this.#context.fillRect(0, 0, 320, 320);
    Object.assign(this.#context, { lineWidth: 24, lineCap: "round", lineJoin: "round" });
  }

  put(bitmap) {
    this.blank();
    const side = Math.min(bitmap.width, bitmap.height);
    const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    this.#context.imageSmoothingEnabled = side > 320; // small pictures show their pixels
    this.#context.drawImage(bitmap, x, y, side, side, 0, 0, 320, 320);
    this.showsPicture = true;
  }

  #at(event) {
    const box = this.#canvas.getBoundingClientRect();
    const scale = this.#canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  #press(event) {
    if (this.showsPicture) this.blank();
    this.#canvas.setPointerCapture(event.pointerId);
    this.drawing = true;
    this.#context.beginPath();
    this.#context.moveTo(...this.#at(event));
    this.#move(event);
  }

  #move(event) {
    if (!this.drawing) return;
    this.#context.lineTo(...this.#at(event));
    this.#context.stroke();
  }

  #lift() {
    if (!this.drawing) return;
    this.drawing = false;
    this.changed();
  }
}
