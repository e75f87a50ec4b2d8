// Numbers only: unpacking, the grid that finds the point under the mouse, the inside of a lasso.
const UNKNOWN = 65535;

function unpack(text, Type) {
  return new Type(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

// Points sorted into square cells of the unit square, so that a look-up reads a few of them only.
class Grid {
  constructor(xy, side = 128) {
    const count = xy.length / 2;
    this.xy = xy;
    this.side = side;
    this.start = new Uint32Array(side * side + 1);
    this.rows = new Uint32Array(count);
    const cells = new Uint32Array(count);
    for (let row = 0; row < count; row++) {
      cells[row] = this.column(xy[2 * row]) + side * this.column(xy[2 * row + 1]);
      this.start[cells[row] + 1]++;
    }
    for (let cell = 0; cell < side * side; cell++) this.start[cell + 1] += this.start[cell];
    const next = this.start.slice();
    for (let row = 0; row < count; row++) this.rows[next[cells[row]]++] = row;
  }

  column(value) {
    return Math.min(this.side - 1, Math.max(0, Math.floor(value * this.side)));
  }

  // The row nearest to (x, y) within an ellipse of half axes (rx, ry), all in unit coordinates,
  // among those that `visible` lets through; -1 when there is none.
  nearest(x, y, rx, ry, visible) {
    let best = -1;
    let least = 1;
    for (let j = this.column(y - ry); j <= this.column(y + ry); j++) {
      for (let i = this.column(x - rx); i <= this.column(x + rx); i++) {
        const cell = i + this.side * j;
        for (let n = this.start[cell]; n < this.start[cell + 1]; n++) {
          const row = this.rows[n];
          const dx = (this.xy[2 * row] - x) / rx;
          const dy = (this.xy[2 * row + 1] - y) / ry;
          const distance = dx * dx + dy * dy;
          if (distance < least && visible(row)) {
            least = distance;
            best = row;
          }
        }
      }
    }
    return best;
  }
}

// Rows whose point lies in the polygon (unit coordinates), by the even-odd rule.
function rowsInside(xy, polygon, visible) {
  const xs = polygon.map((corner) => corner[0]);
  const ys = polygon.map((corner) => corner[1]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const rows = [];
  for (let row = 0; row < xy.length / 2; row++) {
    const [x, y] = [xy[2 * row], xy[2 * row + 1]];
    if (x < left || x > right || y < top || y > bottom || !visible(row)) continue;
    let inside = false;
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
      if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) {
        inside = !inside;
      }
    }
    if (inside) rows.push(row);
  }
  return rows;
}

// Where names go: each at the first place around its point that is free of earlier names and
// inside; null where there is none. `names` have x, y of their point and wide, high in pixels.
function placeNames(names, width, height, gap = 8) {
  const taken = [];
  const free = (box) =>
    box.left >= 2 && box.top >= 2 && box.left + box.wide <= width - 2 &&
    box.top + box.high <= height - 2 &&
    taken.every((other) =>
      box.left > other.left + other.wide + 3 || other.left > box.left + box.wide + 3 ||
      box.top > other.top + other.high || other.top > box.top + box.high);
  return names.map(({ x, y, wide, high }) => {
    const [middle, centre] = [x - wide / 2, y - high / 2];
    const around = [[x + gap, centre], [x - gap - wide, centre], [middle, y - gap - high],
      [middle, y + gap], [x + gap, y - gap - high], [x - gap - wide, y - gap - high],
      [x + gap, y + gap], [x - gap - wide, y + gap]];
    for (const [left, top] of around) {
      const box = { left, top, wide, high };
      if (!free(box)) continue;
      taken.push(box);
      return box;
    }
    return null;
  });
}

// A stride that visits every one of `count` rows once, far from its neighbours: drawn in that
// order, no class covers another only because it stands later in the pool.
function mixingStride(count) {
  const divisor = (a, b) => (b ? divisor(b, a % b) : a);
  let stride = Math.max(1, Math.floor(count * 0.618));
  while (divisor(count, stride) !== 1) stride++;
  return stride;
}

// `count` colours along the stops of a scale, as "rgb(...)".
function scale(stops, count) {
  const parts = stops.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({ length: count }, (_, n) => {
    const place = (n / (count - 1)) * (parts.length - 1);
    const from = Math.min(parts.length - 2, Math.floor(place));
    const mixed = parts[from].map((low, c) => low + (parts[from + 1][c] - low) * (place - from));
    return `rgb(${mixed.map(Math.round).join(",")})`;
  });
}

// The red, green and blue (0 to 255) of any colour that CSS knows.
const COLOURS = new Map();
function rgb(colour) {
  if (!COLOURS.has(colour)) {
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    COLOURS.set(colour, [...pen.getImageData(0, 0, 1, 1).data.subarray(0, 3)]);
  }
  return COLOURS.get(colour);
}

// The pixels of a dot: their places around its middle and how much of each it covers (0 to 1).
function dotMask(radius) {
  const reach = Math.ceil(radius);
  const mask = { reach, dx: [], dy: [], cover: [] };
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      if (cover === 0) continue;
      mask.dx.push(dx);
      mask.dy.push(dy);
      mask.cover.push(cover);
    }
  }
  return mask;
}
