// The gallery's half in the browser. The function below runs again whenever Python sends other
// data; what must outlast that lives in INSTANCES (one a mount) or in MEMORY (a tab's selection,
// which also outlasts a remount in the middle of overlapping reruns).
const INSTANCES = new WeakMap();
const MEMORY = (window.__laserSelections ??= new Map());

function makeCell(document) {
  const cell = document.createElement("div");
  cell.className = "cell";
  cell.setAttribute("role", "option");
  cell.tabIndex = -1;
  cell.innerHTML =
    '<div class="picture"><img loading="lazy" decoding="async" draggable="false">' +
    '<div class="badges"></div><span class="mark"></span></div>' +
    '<div class="stripe"></div><div class="caption"></div>';
  const image = cell.querySelector("img");
  image.onerror = () => image.parentElement.classList.add("broken");
  image.onload = () => image.parentElement.classList.remove("broken");
  return cell;
}

function fillCell(cell, item) {
  const image = cell.querySelector("img");
  if (image.getAttribute("src") !== item.url) image.src = item.url;
  image.alt = item.alt || item.caption || item.id;
  cell.dataset.id = item.id;
  cell.dataset.tone = item.tone;
  cell.dataset.mark = item.mark;
  cell.title = item.caption || item.alt || item.id;
  cell.querySelector(".caption").textContent = item.caption;
  cell.querySelector(".mark").textContent = { in: "+ in", out: "− out" }[item.mark] ?? "";
  cell.querySelector(".badges").replaceChildren(
    ...item.badges.map((badge) => {
      const span = document.createElement("span");
      span.className = "badge";
      span.dataset.tone = badge.tone;
      span.textContent = badge.text;
      return span;
    }),
  );
}

// Cells under their headings: a group is a box that takes no part in the layout of the grid.
function makeGroup(document, name, note, cells) {
  const group = document.createElement("div");
  group.className = "group";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", note ? `${name}, ${note}` : name);
  const heading = document.createElement("div");
  heading.className = "heading";
  heading.setAttribute("aria-hidden", "true"); // the group's own name says it
  const [title, rest] = ["b", "span"].map((tag) => document.createElement(tag));
  title.textContent = name;
  rest.textContent = note ?? "";
  heading.append(title, rest);
  group.append(heading, ...cells);
  return group;
}

class Gallery {
  constructor(root) {
    this.frame = root.querySelector(".frame");
    this.grid = root.querySelector(".grid");
    this.empty = root.querySelector(".empty");
    this.cells = new Map(); // id -> element; kept, so that an unchanged picture does not flash
    this.ids = [];
    this.current = 0;
    this.anchor = 0;
    this.grid.onclick = (event) => this.onClick(event);
    this.grid.onkeydown = (event) => this.onKey(event);
    this.close = watchRoom(() => this.fitWindow());
  }

  fitWindow() {
    const { fill } = this.component?.data ?? {};
    if (!fill) return;
    const room = roomBelow(this.frame, fill);
    this.grid.style.maxHeight = `${room}px`;
    document.documentElement.style.setProperty("--laser-room", `${room}px`);
  }

  update(component) {
    const { data } = component;
    this.component = component;
    this.multiple = data.multiple;
    let memory = MEMORY.get(data.memory);
    if (!memory || memory.reset !== data.reset) {
      memory = { reset: data.reset, selected: new Set(data.selected) };
      MEMORY.set(data.memory, memory);
    }
    this.memory = memory;
    const focused = this.ids[this.current];
    this.ids = data.items.map((item) => item.id);
    const cells = new Map();
    for (const item of data.items) {
      const cell = this.cells.get(item.id) ?? makeCell(document);
      fillCell(cell, item);
      cells.set(item.id, cell);
    }
    this.cells = cells;
    this.place(data, [...cells.values()]);
    this.grid.setAttribute("aria-label", data.label);
    this.grid.setAttribute("aria-multiselectable", String(data.multiple));
    this.grid.style.setProperty("--size", `${data.size / 16}rem`);
    if (!data.fill)
      this.grid.style.maxHeight = data.maxHeight > 0 ? `${data.maxHeight / 16}rem` : "none";
    this.grid.hidden = this.ids.length === 0;
    this.empty.hidden = this.ids.length > 0;
    this.empty.textContent = data.empty;
    this.current = Math.max(0, this.ids.indexOf(focused));
    this.mark();
    this.fitWindow();
  }

  place(data, cells) {
    const grouped = data.items.some((item) => item.group);
    const layout = JSON.stringify([data.items.map((item) => [item.id, item.group]), data.notes]);
    if (layout === this.layout) return;
    const focused = this.grid.getRootNode().activeElement;
    this.layout = layout;
    if (!grouped) this.grid.replaceChildren(...cells);
    else {
      const groups = new Map();
      data.items.forEach((item, n) => {
        if (!groups.has(item.group)) groups.set(item.group, []);
        groups.get(item.group).push(cells[n]);
      });
      this.grid.replaceChildren(
        ...[...groups].map(([name, own]) => makeGroup(document, name, data.notes[name], own)),
      );
    }
    if (focused?.isConnected) focused.focus({ preventScroll: true }); // moving a cell drops it
  }

  mark() {
    this.ids.forEach((id, n) => {
      const cell = this.cells.get(id);
      cell.setAttribute("aria-selected", String(this.memory.selected.has(id)));
      cell.tabIndex = n === this.current ? 0 : -1; // Tab enters at one place, arrows move
    });
  }

  send() {
    this.mark();
    this.component.setStateValue("selected", [...this.memory.selected]);
  }

  choose(n, extend) {
    const { selected } = this.memory;
    const id = this.ids[n];
    if (this.multiple && extend) {
      const [from, to] = [Math.min(this.anchor, n), Math.max(this.anchor, n)];
      this.ids.slice(from, to + 1).forEach((each) => selected.add(each));
    } else if (selected.has(id)) {
      selected.delete(id);
    } else {
      if (!this.multiple) selected.clear();
      selected.add(id);
    }
    if (!extend) this.anchor = n;
    this.current = n;
    this.send();
  }

  onClick(event) {
    const cell = event.target.closest(".cell");
    if (cell) this.choose(this.ids.indexOf(cell.dataset.id), event.shiftKey);
  }

  // The nearest picture in the row below (1) or above (-1): rows may end early under headings.
  across(direction) {
    const places = this.ids.map((id) => this.cells.get(id).getBoundingClientRect());
    const here = places[this.current];
    let best = -1;
    places.forEach((place, n) => {
      if ((place.top - here.top) * direction < 1) return;
      const [gap, least] = [place, places[best]].map((p) => p && Math.abs(p.top - here.top));
      const [off, offset] = [place, places[best]].map((p) => p && Math.abs(p.left - here.left));
      if (best < 0 || gap < least - 1 || (gap < least + 1 && off < offset)) best = n;
    });
    return best < 0 ? this.current : best;
  }

  move(n) {
    this.current = Math.min(this.ids.length - 1, Math.max(0, n));
    this.mark();
    const cell = this.cells.get(this.ids[this.current]);
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    if (this.ids.length === 0 || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const steps = {
      ArrowRight: () => this.move(this.current + 1),
      ArrowLeft: () => this.move(this.current - 1),
      ArrowDown: () => this.move(this.across(1)),
      ArrowUp: () => this.move(this.across(-1)),
      Home: () => this.move(0),
      End: () => this.move(this.ids.length - 1),
      Enter: () => this.choose(this.current, event.shiftKey),
      " ": () => this.choose(this.current, event.shiftKey),
      Escape: () => {
        this.memory.selected.clear();
        this.send();
      },
    };
    let step = command ? undefined : steps[event.key];
    if (command && event.key.toLowerCase() === "a" && this.multiple) {
      step = () => {
        this.ids.forEach((id) => this.memory.selected.add(id));
        this.send();
      };
    }
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }
}

export default function (component) {
  const root = component.parentElement;
  let instance = INSTANCES.get(root);
  if (!instance) {
    instance = new Gallery(root);
    INSTANCES.set(root, instance);
  }
  instance.update(component);
  return () => {
    instance.close();
    INSTANCES.delete(root);
  };
}
