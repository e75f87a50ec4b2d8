// The map's half in the browser. The lower canvas holds all points and is drawn again only when
// view, colours or choice change; the upper one holds what follows the mouse.
const MAPS = (window.__laserMaps ??= new Map());
const INSTANCES = new WeakMap();
const LEVELS_A_COLOUR = 16; // 1,024 levels of a score share 64 colours
const REACH = 10; // pixels: how near the mouse must come to a point
const GREY = "#8a919c";
const HELP = "Drag to choose · Shift adds, Alt takes away · right drag or Space moves · wheel zooms";

class ScatterMap {
  constructor(root, shared) {
    const find = (name) => root.querySelector(name);
    this.shared = shared; // outlives a remount: points, view, choice
    this.stage = find(".stage");
    this.base = find(".base");
    this.over = find(".over");
    this.tip = find(".tip");
    this.legend = find(".legend");
    this.count = find(".count");
    this.more = find(".more");
    this.names = find(".names");
    this.spoken = find(".spoken");
    find(".help").textContent = HELP;
    shared.view ??= { zoom: 1, x: 0, y: 0 };
    shared.hidden ??= new Set();
    shared.named ??= true;
    this.hover = { row: -1, text: -1 };
    this.path = null; // corners of the lasso, in pixels
    this.panFrom = null;
    this.listen(find);
  }

  listen(find) {
    const over = this.over;
    over.onpointerdown = (event) => this.onDown(event);
    over.onpointermove = (event) => this.onMove(event);
    over.onpointerup = (event) => this.onUp(event);
    over.onpointercancel = () => this.dropLasso();
    over.onpointerleave = () => this.setHover(-1, -1);
    over.ondblclick = () => this.resetView();
    over.oncontextmenu = (event) => event.preventDefault();
    over.onkeydown = (event) => this.onKey(event);
    over.onkeyup = (event) => event.key === " " && this.setSpace(false);
    over.onblur = () => this.setSpace(false);
    over.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    find(".in").onclick = () => this.zoomAt(this.width / 2, this.height / 2, 1.4);
    find(".out").onclick = () => this.zoomAt(this.width / 2, this.height / 2, 1 / 1.4);
    find(".whole").onclick = () => this.resetView();
    this.names.onclick = () => this.switchNames();
    this.stage.ontransitionend = () => this.draw();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.stage);
    this.onResize = () => this.draw(); // the browser's own zoom changes devicePixelRatio
    window.addEventListener("resize", this.onResize);
    this.onPoints = () => this.takePoints();
    this.shared.listeners.add(this.onPoints);
  }

  close() {
    this.observer.disconnect();
    window.removeEventListener("resize", this.onResize);
    this.shared.listeners.delete(this.onPoints);
  }

  // ---- data

  update(component) {
    const { data } = component;
    this.component = component;
    this.data = data;
    const shared = this.shared;
    if (shared.reset !== data.reset || shared.pool !== data.pool) {
      shared.chosen = new Set(data.selected);
      shared.reset = data.reset;
      shared.pool = data.pool;
    }
    this.stage.style.height = data.beside === null
      ? `${data.height}px`
      : `max(${data.height}px, calc(100vh - ${data.beside}px))`;
    if (this.coloursVersion !== data.coloursVersion) this.takeColours();
    this.takePoints();
  }

  takeColours() {
    const data = this.data;
    this.coloursVersion = data.coloursVersion;
    this.codes = unpack(data.codes, Uint16Array);
    this.textCodes = unpack(data.textCodes, Uint16Array);
    const isScore = data.kind === "score";
    this.palette = isScore ? scale(data.colours, 64) : data.colours;
    if (this.shared.hiddenOf !== data.names.join("\n")) this.shared.hidden.clear();
    this.shared.hiddenOf = data.names.join("\n");
    this.drawLegend();
  }

  takePoints() {
    const points = this.shared.points;
    if (!points || !this.data) return;
    if (this.points !== points) {
      if (this.points || this.shared.seen !== points.version) this.shared.view = { zoom: 1, x: 0, y: 0 };
      this.shared.seen = points.version;
      this.points = points;
      this.xy = unpack(points.xy, Float32Array);
      this.textXy = unpack(points.textXy, Float32Array);
      this.best = unpack(points.best, Int32Array);
      this.digests = unpack(points.digests, Uint8Array);
      this.grid = new Grid(this.xy);
      this.stride = mixingStride(this.size);
      this.setHover(-1, -1);
    }
    this.names.hidden = !points.names?.length;
    this.names.setAttribute("aria-pressed", String(this.shared.named));
    const texts = points.texts.length ? ` and ${points.texts.length.toLocaleString()} descriptions` : "";
    this.over.setAttribute("aria-label", `Map of ${this.size.toLocaleString()} pictures${texts}`);
    this.draw();
  }

  switchNames() {
    this.shared.named = !this.shared.named;
    this.names.setAttribute("aria-pressed", String(this.shared.named));
    this.draw();
  }

  get size() {
    return this.xy.length / 2;
  }

  get ready() {
    return this.points && this.codes && this.codes.length === this.size;
  }

  paletteIndex(code) {
    if (code === UNKNOWN) return -1;
    return this.data.kind === "score" ? Math.floor(code / LEVELS_A_COLOUR) : code;
  }

  colour(code) {
    return code === UNKNOWN ? GREY : this.palette[this.paletteIndex(code)];
  }

  legendEntry(code) {
    return this.data.kind === "score" && code !== UNKNOWN ? 0 : code;
  }

  visible = (row) => !this.shared.hidden.has(this.legendEntry(this.codes[row]));

  textVisible(text) {
    return !this.shared.hidden.has(this.legendEntry(this.textCodes[text]));
  }

  // ---- from data to screen and back

  get width() {
    return this.stage.clientWidth;
  }

  get height() {
    return this.stage.clientHeight;
  }

  toScreen(x, y) {
    const { zoom, x: left, y: top } = this.shared.view;
    return [(x * zoom + left) * this.width, (y * zoom + top) * this.height];
  }

  toUnit(px, py) {
    const { zoom, x: left, y: top } = this.shared.view;
    return [(px / this.width - left) / zoom, (py / this.height - top) / zoom];
  }

  pointAt(row) {
    return this.toScreen(this.xy[2 * row], this.xy[2 * row + 1]);
  }

  textAt(text) {
    return this.toScreen(this.textXy[2 * text], this.textXy[2 * text + 1]);
  }

  // ---- drawing

  draw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      if (!this.ready || this.width === 0) return;
      const began = performance.now();
      this.drawPoints();
      this.drawTexts();
      this.drawNames();
      this.drawOver();
      this.over.dataset.drawMs = (performance.now() - began).toFixed(1);
      Object.assign(this.over.dataset, { points: this.size, version: this.points.version });
      const chosen = this.shared.chosen.size;
      this.count.textContent = chosen ? `${chosen.toLocaleString()} chosen · Esc clears` : "";
    });
  }

  // A canvas' drawing context, cleared, in CSS pixels at the screen's own resolution.
  prepare(canvas) {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    return pen;
  }

  radius() {
    const least = this.size <= 600 ? 5 : this.size <= 4000 ? 3.6 : this.size <= 16000 ? 2.8 : 2;
    return least * Math.min(2.5, Math.pow(this.shared.view.zoom, 0.35));
  }

  // Dots are blended into an array of pixels by hand: 50,000 calls of the canvas take half a second
  // without a graphics card, this takes some 20 ms. The array has a rim, so no dot needs clipping.
  drawPoints() {
    const pen = this.prepare(this.base);
    const { chosen, hidden } = this.shared;
    const [wide, high] = [this.base.width, this.base.height];
    const dot = dotMask((this.radius() * wide) / this.width);
    const rim = dot.reach;
    const image = this.pixels(wide + 2 * rim, high + 2 * rim);
    const pixels = image.data;
    const across = image.width;
    const offsets = dot.dx.map((dx, n) => 4 * (dx + dot.dy[n] * across));
    const palette = Uint8Array.from([...this.palette.map(rgb), rgb(GREY)].flat());
    const grey = 3 * this.palette.length;
    const perColour = this.data.kind === "score" ? LEVELS_A_COLOUR : 1;
    const { zoom, x: left, y: top } = this.shared.view;
    const { xy, codes } = this;
    const someHidden = hidden.size > 0;
    const put = (row, cover) => {
      const px = Math.round((xy[2 * row] * zoom + left) * wide - 0.5);
      const py = Math.round((xy[2 * row + 1] * zoom + top) * high - 0.5);
      if (px < 0 || py < 0 || px >= wide || py >= high) return;
      if (someHidden && !this.visible(row)) return;
      const code = codes[row];
      const at = code === UNKNOWN ? grey : 3 * ((code / perColour) | 0);
      const [red, green, blue] = [palette[at], palette[at + 1], palette[at + 2]];
      const start = 4 * (px + rim + (py + rim) * across);
      for (let n = 0; n < offsets.length; n++) {
        const pixel = start + offsets[n];
        const share = dot.cover[n] * cover;
        pixels[pixel] += (red - pixels[pixel]) * share;
        pixels[pixel + 1] += (green - pixels[pixel + 1]) * share;
        pixels[pixel + 2] += (blue - pixels[pixel + 2]) * share;
      }
    };
    const count = this.size;
    const cover = chosen.size ? 0.22 : count > 4000 ? 0.75 : 0.9;
    for (let n = 0, row = 0; n < count; n++, row = (row + this.stride) % count) put(row, cover);
    chosen.forEach((row) => put(row, 1));
    pen.putImageData(image, -rim, -rim);
    this.ring(pen, this.data.ringed, this.radius() + 1.5, 1.25);
  }

  // An array of pixels of that size, all of the page's background; made anew only for a new size.
  pixels(wide, high) {
    if (this.image?.width !== wide || this.image?.height !== high) {
      this.image = new ImageData(wide, high);
    }
    const [red, green, blue] = rgb(this.paper());
    new Uint32Array(this.image.data.buffer).fill(
      ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0,
    );
    return this.image;
  }

  ring(pen, rows, radius, width) {
    pen.lineWidth = width;
    pen.strokeStyle = this.ink();
    pen.beginPath();
    for (const row of rows) {
      if (!this.visible(row)) continue;
      const [px, py] = this.pointAt(row);
      pen.moveTo(px + radius, py);
      pen.arc(px, py, radius, 0, 2 * Math.PI);
    }
    pen.stroke();
  }

  ink() {
    return getComputedStyle(this.stage).color;
  }

  paper() {
    return getComputedStyle(this.stage).backgroundColor;
  }

  drawTexts() {
    const pen = this.base.getContext("2d");
    const paper = this.paper();
    const half = this.points.texts.length > 200 ? 5 : 7;
    for (let text = this.points.texts.length - 1; text >= 0; text--) { // the first on top
      if (this.textVisible(text)) {
        this.diamond(pen, ...this.textAt(text), half, this.colour(this.textCodes[text]), paper);
      }
    }
  }

  diamond(pen, px, py, half, fill, line) {
    pen.beginPath();
    pen.moveTo(px, py - half);
    pen.lineTo(px + half, py);
    pen.lineTo(px, py + half);
    pen.lineTo(px - half, py);
    pen.closePath();
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 3.5; // a rim of paper around a rim of ink: seen on any background
    pen.strokeStyle = line;
    pen.stroke();
    pen.lineWidth = 1.5;
    pen.strokeStyle = this.ink();
    pen.stroke();
  }

  // Names of classes beside their points, none over another; those without room wait for a zoom.
  drawNames() {
    const names = this.shared.named ? (this.points.names ?? []) : [];
    const pen = this.base.getContext("2d");
    const style = getComputedStyle(this.stage);
    const size = parseFloat(style.fontSize);
    const wanted = [];
    for (const [label, row, ofText, strong] of names) {
      if (!(ofText ? this.textVisible(row) : this.visible(row))) continue;
      const [x, y] = ofText ? this.textAt(row) : this.pointAt(row);
      if (x < 0 || y < 0 || x > this.width || y > this.height) continue;
      const font = `${strong ? "600" : "italic 400"} ${size}px ${style.fontFamily}`;
      pen.font = font;
      wanted.push({ label, font, x, y, wide: pen.measureText(label).width, high: 1.2 * size });
    }
    const boxes = placeNames(wanted, this.width, this.height);
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 4;
    pen.strokeStyle = this.paper(); // a rim of paper: readable on any dots
    pen.fillStyle = this.ink();
    boxes.forEach((box, n) => {
      if (!box) return;
      pen.font = wanted[n].font;
      pen.strokeText(wanted[n].label, box.left, box.top + box.high / 2);
      pen.fillText(wanted[n].label, box.left, box.top + box.high / 2);
    });
    this.over.dataset.names = JSON.stringify(
      boxes.flatMap((box, n) => (box ? [{ ...box, label: wanted[n].label }] : [])),
    );
    const left = boxes.filter((box) => !box).length;
    this.more.textContent = left ? `${left} names have no room: zoom in` : "";
  }

  drawOver() {
    if (!this.ready) return;
    const pen = this.prepare(this.over);
    if (this.path) this.drawLasso(pen);
    const { row, text } = this.hover;
    const tied = row >= 0 ? this.best[row] : text;
    if (row >= 0 && tied >= 0) this.tie(pen, [row], tied);
    if (text >= 0) this.tie(pen, this.picturesOf(text).slice(0, 300), text);
    if (tied >= 0) {
      this.diamond(pen, ...this.textAt(tied), 9, this.colour(this.textCodes[tied]), this.paper());
    }
    if (row >= 0) this.ring(pen, [row], this.radius() + 3, 2.5);
  }

  drawLasso(pen) {
    pen.beginPath();
    this.path.forEach(([px, py]) => pen.lineTo(px, py));
    pen.closePath();
    pen.fillStyle = getComputedStyle(this.stage).getPropertyValue("--st-primary-color");
    pen.strokeStyle = pen.fillStyle;
    pen.globalAlpha = 0.12;
    pen.fill("evenodd");
    pen.globalAlpha = 1;
    pen.lineWidth = 1.5;
    pen.stroke();
  }

  tie(pen, rows, text) {
    const [tx, ty] = this.textAt(text);
    pen.globalAlpha = rows.length > 1 ? 0.25 : 0.9;
    pen.lineWidth = rows.length > 1 ? 1 : 1.8;
    pen.strokeStyle = this.ink();
    pen.beginPath();
    for (const row of rows) {
      pen.moveTo(...this.pointAt(row));
      pen.lineTo(tx, ty);
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }

  picturesOf(text) {
    const rows = [];
    for (let row = 0; row < this.size; row++) {
      if (this.best[row] === text && this.visible(row)) rows.push(row);
    }
    return rows;
  }

  // ---- legend

  drawLegend() {
    const { data } = this;
    const parts = [];
    if (data.title) parts.push(Object.assign(document.createElement("span"), { className: "title", textContent: data.title }));
    const counts = new Map();
    const ofTexts = new Map();
    for (const code of this.codes) counts.set(code, (counts.get(code) ?? 0) + 1);
    for (const code of this.textCodes) ofTexts.set(code, (ofTexts.get(code) ?? 0) + 1);
    if (data.kind === "score") parts.push(...this.ramp());
    else data.names.forEach((name, code) => parts.push(this.entry(code, name, counts.get(code) ?? 0, ofTexts.get(code) ?? 0)));
    if (counts.has(UNKNOWN)) parts.push(this.entry(UNKNOWN, data.unknown, counts.get(UNKNOWN)));
    this.legend.replaceChildren(...parts);
  }

  ramp() {
    const label = (value) => Object.assign(document.createElement("span"), { textContent: Number(value.toPrecision(3)).toString() });
    const bar = document.createElement("span");
    bar.className = "ramp";
    bar.style.background = `linear-gradient(to right, ${this.data.colours.join(", ")})`;
    return [label(this.data.low), bar, label(this.data.high)];
  }

  // A category that only descriptions have is marked with their sign.
  entry(code, name, count, texts = 0) {
    const { hidden } = this.shared;
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Show or hide; with Shift, or by a double click: this one alone";
    button.dataset.code = String(code);
    button.setAttribute("aria-pressed", String(!hidden.has(code)));
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = this.colour(code);
    const said = count || !texts ? count.toLocaleString() : `◆ ${texts.toLocaleString()}`;
    button.append(swatch, `${name} ${said}`);
    button.onclick = ({ shiftKey }) => {
      if (shiftKey) return this.showAlone(code);
      if (!hidden.delete(code)) hidden.add(code);
      button.setAttribute("aria-pressed", String(!hidden.has(code)));
      this.draw();
    };
    button.ondblclick = () => this.showAlone(code);
    return button;
  }

  // One category by itself, or all again where it is alone already.
  showAlone(code) {
    const { hidden } = this.shared;
    const others = [...new Set([...this.codes, ...this.textCodes])].filter((other) => other !== code);
    const alone = others.every((other) => hidden.has(other)) && !hidden.has(code);
    hidden.clear();
    if (!alone) others.forEach((other) => hidden.add(other));
    this.drawLegend();
    this.legend.querySelector(`[data-code="${code}"]`)?.focus();
    this.draw();
  }

  // ---- what is under the mouse

  under(px, py) {
    let text = -1;
    let least = (REACH + 2) ** 2;
    for (let n = 0; n < this.points.texts.length; n++) {
      const [tx, ty] = this.textAt(n);
      const distance = (tx - px) ** 2 + (ty - py) ** 2;
      if (distance < least && this.textVisible(n)) [text, least] = [n, distance];
    }
    if (text >= 0) return { row: -1, text };
    const { zoom } = this.shared.view;
    const [x, y] = this.toUnit(px, py);
    const [rx, ry] = [REACH / zoom / this.width, REACH / zoom / this.height];
    return { row: this.grid.nearest(x, y, rx, ry, this.visible), text: -1 };
  }

  setHover(row, text) {
    if (row === this.hover.row && text === this.hover.text) return;
    this.hover = { row, text };
    this.over.dataset.row = String(row);
    this.over.dataset.text = String(text);
    if (!this.points) return;
    this.drawOver();
    this.showTip();
  }

  name(code) {
    const { kind, names, unknown, low, high, title } = this.data;
    if (code === UNKNOWN) return unknown;
    if (kind === "category") return names[code];
    return `${title || "score"} ${(low + ((high - low) * code) / 1023).toFixed(3)}`;
  }

  address(row) {
    if (!this.points.folder) return "";
    const bytes = this.digests.subarray(8 * row, 8 * row + 8);
    const name = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${this.points.folder}${name}.webp`;
  }

  showTip() {
    const { row, text } = this.hover;
    this.tip.hidden = row < 0 && text < 0;
    if (this.tip.hidden) return;
    const tied = row >= 0 ? this.best[row] : text;
    const image = this.tip.querySelector("img");
    const address = row >= 0 ? this.address(row) : "";
    image.hidden = !address;
    if (address && image.getAttribute("src") !== address) image.src = address;
    const say = (part, words) => (this.tip.querySelector(part).textContent = words);
    say(".what", this.name(row >= 0 ? this.codes[row] : this.textCodes[text]));
    say(".caption", row >= 0 ? (this.points.captions[row] ?? "") : "");
    say(".sentence", tied >= 0 ? this.points.texts[tied] : "");
    const [px, py] = row >= 0 ? this.pointAt(row) : this.textAt(text);
    this.placeTip(px, py, row >= 0 && tied >= 0 ? this.textAt(tied)[0] : px);
  }

  // Beside the point, on the side away from what it is tied to.
  placeTip(px, py, tiedX) {
    const { offsetWidth: wide, offsetHeight: high } = this.tip;
    const roomLeft = px - 14 - wide >= 4;
    const roomRight = px + 14 + wide <= this.width - 4;
    const left = roomLeft && (!roomRight || tiedX > px) ? px - 14 - wide : px + 14;
    this.tip.style.left = `${Math.max(4, left)}px`;
    this.tip.style.top = `${Math.max(4, Math.min(py - high / 2, this.height - high - 4))}px`;
  }

  // ---- mouse

  place(event) {
    const box = this.over.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  onDown(event) {
    if (!this.ready) return;
    event.preventDefault(); // keeps the page from selecting text, so focus is ours to give
    this.over.focus({ preventScroll: true });
    this.over.setPointerCapture(event.pointerId);
    if (event.button !== 0 || this.space) {
      this.panFrom = this.place(event);
      this.over.classList.add("panning");
      this.setHover(-1, -1);
    } else {
      this.path = [this.place(event)];
    }
  }

  onMove(event) {
    if (!this.ready) return;
    const [px, py] = this.place(event);
    if (this.panFrom) {
      this.pan(px - this.panFrom[0], py - this.panFrom[1]);
      this.panFrom = [px, py];
    } else if (this.path) {
      const [lastX, lastY] = this.path[this.path.length - 1];
      if (Math.hypot(px - lastX, py - lastY) < 3) return;
      this.path.push([px, py]);
      this.setHover(-1, -1);
      this.drawOver();
    } else {
      const { row, text } = this.under(px, py);
      this.setHover(row, text);
    }
  }

  onUp(event) {
    this.over.classList.remove("panning");
    if (this.panFrom) {
      this.panFrom = null;
      return;
    }
    const path = this.path;
    this.dropLasso();
    if (!path) return;
    if (path.length < 4) this.onClick(path[0], event);
    else {
      const corners = path.map(([px, py]) => this.toUnit(px, py));
      this.choose(rowsInside(this.xy, corners, this.visible), event);
    }
  }

  dropLasso() {
    this.path = null;
    if (this.points) this.drawOver();
  }

  onClick([px, py], event) {
    const { row, text } = this.under(px, py);
    clearTimeout(this.clearing);
    if (row >= 0) this.choose([row], event);
    else if (text >= 0) this.choose(this.picturesOf(text), event);
    else if (!event.shiftKey && !event.altKey && this.shared.chosen.size) {
      // Only if no second click follows: a double click resets the view and keeps the choice.
      this.clearing = setTimeout(() => this.choose([], event), 300);
    }
  }

  choose(rows, { shiftKey, altKey }) {
    const { chosen } = this.shared;
    if (altKey) rows.forEach((row) => chosen.delete(row));
    else {
      if (!shiftKey) chosen.clear();
      const again = shiftKey && rows.length === 1 && chosen.has(rows[0]);
      rows.forEach((row) => (again ? chosen.delete(row) : chosen.add(row)));
    }
    this.draw();
    const sorted = [...chosen].sort((a, b) => a - b);
    this.component.setStateValue("selected", { pool: this.shared.pool, rows: sorted });
  }

  onWheel(event) {
    if (!this.ready) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 20 : 1;
    this.zoomAt(...this.place(event), Math.exp(-event.deltaY * lines * 0.0018));
  }

  zoomAt(px, py, factor) {
    const view = this.shared.view;
    const zoom = Math.min(200, Math.max(0.5, view.zoom * factor));
    const [x, y] = this.toUnit(px, py);
    this.shared.view = { zoom, x: px / this.width - x * zoom, y: py / this.height - y * zoom };
    this.tip.hidden = true;
    this.draw();
  }

  pan(dx, dy) {
    const view = this.shared.view;
    view.x += dx / this.width;
    view.y += dy / this.height;
    this.draw();
  }

  resetView() {
    clearTimeout(this.clearing);
    this.shared.view = { zoom: 1, x: 0, y: 0 };
    this.draw();
  }

  // ---- keyboard

  setSpace(pressed) {
    this.space = pressed;
    this.over.style.cursor = pressed ? "grab" : "";
  }

  onKey(event) {
    if (!this.ready || event.ctrlKey || event.metaKey) return;
    const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    const arrow = arrows[event.key];
    const [middleX, middleY] = [this.width / 2, this.height / 2];
    const keys = {
      "+": () => this.zoomAt(middleX, middleY, 1.4),
      "=": () => this.zoomAt(middleX, middleY, 1.4),
      "-": () => this.zoomAt(middleX, middleY, 1 / 1.4),
      0: () => this.resetView(),
      n: () => this.switchNames(),
      " ": () => this.setSpace(true),
      Enter: () => this.chooseCurrent(event),
      Escape: () => {
        this.dropLasso();
        if (this.shared.chosen.size) this.choose([], {});
      },
    };
    let step = keys[event.key];
    if (arrow && event.shiftKey) step = () => this.pan(-60 * arrow[0], -60 * arrow[1]);
    else if (arrow) step = () => this.walk(...arrow);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }

  chooseCurrent(event) {
    const { row, text } = this.hover;
    if (row >= 0) this.choose([row], event);
    else if (text >= 0) this.choose(this.picturesOf(text), event);
  }

  // To the nearest point that lies in the direction of an arrow key; the first press starts in
  // the middle of what is seen.
  walk(dx, dy) {
    const { row } = this.hover;
    const [fromX, fromY] = row >= 0 ? this.pointAt(row) : [this.width / 2, this.height / 2];
    let next = -1;
    let least = Infinity;
    for (let other = 0; other < this.size; other++) {
      const [px, py] = this.pointAt(other);
      const along = (px - fromX) * dx + (py - fromY) * dy;
      const aside = Math.abs((px - fromX) * dy) + Math.abs((py - fromY) * dx);
      if (other === row || along < 1 || aside > 2 * along || !this.visible(other)) continue;
      if (along + 2 * aside < least) [next, least] = [other, along + 2 * aside];
    }
    if (next < 0) return;
    const [px, py] = this.pointAt(next);
    if (px < 0 || py < 0 || px > this.width || py > this.height) {
      this.pan(this.width / 2 - px, this.height / 2 - py);
    }
    this.setHover(next, -1);
    this.spoken.textContent = `${this.name(this.codes[next])} ${this.points.captions[next] ?? ""}`;
  }
}

export default function (component) {
  const { parentElement: root, data } = component;
  const shared = MAPS.get(data.memory) ?? { listeners: new Set() };
  MAPS.set(data.memory, shared);
  let instance = INSTANCES.get(root);
  if (instance && instance.shared !== shared) {
    instance.close();
    instance = undefined;
  }
  if (!instance) {
    instance = new ScatterMap(root, shared);
    INSTANCES.set(root, instance);
  }
  instance.update(component);
  return () => {
    INSTANCES.get(root)?.close();
    INSTANCES.delete(root);
  };
}
