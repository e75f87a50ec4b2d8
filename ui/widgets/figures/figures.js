// Figures as cards with a line each, or one line alone. Nothing here answers: Python only sends.
const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, parent) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent?.append(made);
  return made;
}

const down = (share) => 96 - 92 * share; // SVG counts from the top

// The share between two points of the line.
function between(points, x) {
  const after = points.findIndex(([right]) => right >= x);
  if (after <= 0) return points[after < 0 ? points.length - 1 : 0][1];
  const [[left, low], [right, high]] = [points[after - 1], points[after]];
  return low + ((high - low) * (x - left)) / (right - left || 1);
}

function drawLine(parent, points, at, planned, ceiling) {
  const made = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" }, parent);
  made.setAttribute("aria-hidden", "true");
  if (ceiling !== null) {
    const y = down(ceiling);
    svg("line", { class: "ceiling", x1: 0, x2: 100, y1: y, y2: y }, made);
  }
  if (planned !== null) {
    const x = 100 * planned;
    svg("line", { class: "planned", x1: x, x2: x, y1: 0, y2: 100 }, made);
  }
  const path = points.map(([x, y]) => `${100 * x},${down(y)}`).join(" ");
  svg("polyline", { class: "drawn", points: path }, made);
  const [x, y] = [100 * at, down(between(points, at))];
  svg("line", { class: "mark", x1: x, x2: x + 0.001, y1: y, y2: y }, made);
}

function makeCard({ name, value, note, tone, help, line, at }) {
  const card = document.createElement("div");
  card.className = "card";
  card.title = help;
  if (help) card.tabIndex = 0; // its words are read to who cannot hover
  if (help) card.setAttribute("aria-description", help);
  const add = (tag, className, text) => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    card.append(made);
    return made;
  };
  add("dt", "", name);
  add("dd", "value", value);
  add("dd", "note", note).dataset.tone = tone;
  if (line.length > 1) {
    const points = line.map((share, n) => [n / (line.length - 1), share]);
    drawLine(add("dd", "line", ""), points, at, null, null);
  }
  return card;
}

function drawCurve(holder, { points, words, planned, at, ceiling }) {
  const plot = document.createElement("div");
  plot.className = "plot";
  const text = document.createElement("div");
  text.textContent = words;
  drawLine(plot, points, at, planned, ceiling);
  holder.replaceChildren(plot, text);
  const said = points.map(([x, y]) => `${y.toFixed(2)} at ${x.toFixed(1)}`).join(", ");
  holder.setAttribute("aria-label", `${words}: ${said}`);
}

export default function ({ data, parentElement }) {
  const [cards, curve] = [".cards", ".curve"].map((name) => parentElement.querySelector(name));
  cards.replaceChildren(...data.cards.map(makeCard));
  curve.hidden = data.curve === null;
  if (data.curve) drawCurve(curve, data.curve);
}
