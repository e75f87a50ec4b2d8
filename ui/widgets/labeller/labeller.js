// The labeling widget's half in the browser. Keys act at once here; Python owns the labels. What
// must outlast a remount in the middle of overlapping reruns lives in the tab's memory (tab.js).
const INSTANCES = new WeakMap();
const HISTORY = 14;
const AHEAD = 4; // pictures decoded before they are wanted
const NAMED = /^(INPUT|TEXTAREA|SELECT)$/;
const KEYS = [
  ["1 … 9", "the class with that number, or the key that you gave it"],
  ["N or /", "find a class by typing, or name an irrelevant thing"],
  ["0 or X", "irrelevant"],
  ["Space", "unsure: skip it"],
  ["E", "exclude: broken, a duplicate, or private"],
  ["U or Backspace", "undo, as often as you like; a page counts as one"],
  ["Arrows", "move; on a page with Shift: choose a stretch"],
  ["Click, Shift + click", "on a page: choose one, or a stretch"],
  ["Ctrl + A, Esc", "on a page: choose all, or none"],
  ["Enter", "accept a page of a class: all that is not marked or chosen is that class"],
  ["Enter", "in a second look: keep the label"],
  ["F", "show near-duplicates one by one, or fold them again"],
  ["Z, double click", "on a page: look at a picture in large, and back; so does pointing at it"],
  ["G", "one by one, or pages of alike pictures"],
  ["S", "why the model thinks so"],
  ["H or F1", "this list"],
];

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function saying(label) {
  if (!label) return "";
  if (label.state === "relevant") return label.name;
  return label.name ? `${label.state}: ${label.name}` : label.state;
}

const LOOK_AT_EACH =
  "Enter takes no such page: choose pictures (Ctrl + A: all), then press their key";

function percent(share) {
  return `${Math.floor(100 * share)}%`; // never more than it is
}

// What stands where no picture is left.
function finish(review, total) {
  if (review) return "All of these are looked at again.";
  return total ? "All of this batch is answered." : "No pictures here.";
}

// What a page is, how sure that is, and what can be done with it.
function pageWords(group, sures, left) {
  if (!group?.title) return `Nothing is known of these ${sures.length}: look at each.`;
  const [low, high] = [Math.min(...sures), Math.max(...sures)].map(percent);
  const span = low === high ? low : `${low} to ${high}`;
  if (group.bulk) {
    const { title } = group;
    return `Looks like ${title} (${span} sure): mark exceptions; Enter takes ${left} as ${title}`;
  }
  const what = group.label.state === "relevant" ? `Perhaps ${group.title}` : `Looks ${group.title}`;
  return `${what} (${span} sure): look at each, Z shows it in large. Enter takes none of these.`;
}

const POINTED = 250; // ms that the pointer rests on a small picture before it is shown in large
const ROOM = 8; // px kept free below everything

class Labeller {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.frame = this.find(".frame");
    this.input = this.find("input");
    this.found = this.find(".found");
    this.pictures = new Map(); // id -> image, decoded ahead
    this.cells = new Map();
    this.rows = new Map(); // of the history, kept so that their pictures do not flash
    this.frame.onclick = (event) => this.onClick(event);
    this.frame.ondblclick = (event) => this.onDoubleClick(event);
    // A click leaves the focus where it was: Space and Enter go on meaning the picture.
    this.frame.onmousedown = (event) => {
      if (event.target.closest("button, .cell")) event.preventDefault();
    };
    this.frame.onmouseover = (event) => this.point(event.target.closest(".cell"));
    this.frame.onmouseleave = () => this.point(null);
    this.onResize = () => this.fit();
    window.addEventListener("resize", this.onResize);
    this.input.oninput = () => this.search();
    this.input.onfocus = () => this.search();
    this.input.onblur = () => this.closeSearch();
    this.input.onkeydown = (event) => this.onSearchKey(event);
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey, true);
    this.find(".help").replaceChildren(
      ...KEYS.map(([key, meaning]) => {
        const row = element("p");
        row.append(element("kbd", "", key), ` ${meaning}`);
        return row;
      }),
    );
  }

  close() {
    document.removeEventListener("keydown", this.onKey, true);
    window.removeEventListener("resize", this.onResize);
    clearTimeout(this.pointing);
    this.tab?.views.delete(this);
    if (this.tab?.outbox.send === this.send) this.tab.outbox.send = null; // the next mount sends
  }

  update(component) {
    const { data } = component;
    this.tab = tabOf(data);
    this.tab.live = data;
    this.tab.views.add(this);
    this.send = (message) => component.setStateValue("log", message);
    this.outbox.send = this.send;
    this.outbox.receive(data.acks, data.refused);
    this.drawClasses();
    this.draw();
    this.fit();
    queueMicrotask(() => this.outbox.flush());
  }

  get outbox() {
    return this.tab.outbox;
  }

  get deck() {
    return this.tab.deck;
  }

  // ---- keys

  rests(event) {
    const target = event.composedPath()[0];
    if (target?.isContentEditable || NAMED.test(target?.tagName ?? "")) return true;
    if (event.altKey) return true;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() !== "a") return true;
    // A dialog or an opened list of Streamlit's has the keys for itself.
    if (document.querySelector('[role="dialog"], [data-baseweb="popover"] [role="listbox"]')) {
      return true;
    }
    // Whoever stands on a button presses it; arrows move on a page all the same.
    const moves = target?.closest?.('[role="tab"], [role="slider"], [role="radio"]');
    if (event.key.startsWith("Arrow")) return Boolean(moves);
    if (moves?.getAttribute("aria-checked") === "true") return false; // chosen: nothing to press
    return /^(Enter| )$/.test(event.key) && Boolean(moves || target?.closest?.("button, a, summary"));
  }

  key(event) {
    if (!this.deck.name || this.rests(event)) return;
    const act = this.actionOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat && !event.key.startsWith("Arrow")) return; // a key held down is one answer
    act();
  }

  actionOf(event) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey) return () => this.chooseAll();
    const { classes, keys } = this.tab.live;
    const name = classes.find((each) => keys[each] === key.toLowerCase());
    if (name) return () => this.answer({ state: "relevant", name });
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns(), ArrowDown: this.columns() };
    if (key in step) return () => this.move(step[key], event.shiftKey);
    return {
      " ": () => this.do("unsure"),
      0: () => this.do("irrelevant"),
      x: () => this.do("irrelevant"),
      e: () => this.do("excluded"),
      u: () => this.do("undo"),
      backspace: () => this.do("undo"),
      enter: () => this.do("accept"),
      g: () => this.do(this.deck.mode === "one" ? "grid" : "one"),
      f: () => this.do("unfold"),
      s: () => this.do("suggest"),
      z: () => this.do("zoom"),
      h: () => this.do("keys"),
      f1: () => this.do("keys"),
      escape: () => this.clear(),
      n: () => this.input.focus(),
      "/": () => this.input.focus(),
    }[key.toLowerCase()];
  }

  // ---- what buttons and keys do

  onClick(event) {
    const cell = event.target.closest(".cell");
    if (cell) return this.choose(Number(cell.dataset.n), event.shiftKey);
    const button = event.target.closest("button");
    if (!button) return undefined;
    if (button.dataset.class) {
      return this.answer({ state: "relevant", name: button.dataset.class });
    }
    if (button.dataset.open) return this.open(button.dataset.open);
    if (button.dataset.undo) return this.takeBack(JSON.parse(button.dataset.undo));
    return this.do(button.dataset.do);
  }

  // Its two clicks have chosen the picture and let it go.
  onDoubleClick(event) {
    const cell = event.target.closest(".cell");
    if (!cell && !event.target.closest(".zoom")) return;
    if (cell) this.deck.cursor = Number(cell.dataset.n);
    this.do("zoom");
  }

  do(verb) {
    const { deck } = this;
    if (["irrelevant", "unsure", "excluded"].includes(verb)) {
      return this.answer({ state: verb, name: "" });
    }
    if (verb === "undo") this.say(deck.undo().length ? "taken back" : "nothing to take back");
    if (verb === "accept" && deck.facts.review) return this.keep();
    if (verb === "accept") return deck.mode === "grid" ? this.accept() : undefined;
    if (verb === "unfold" && !deck.unfold()) this.say("this picture has no near-duplicate here");
    if (verb === "one" || verb === "grid") deck.setMode(verb);
    if (verb === "zoom") this.zoomed = deck.mode === "grid" && deck.page.length > 0 && !this.zoomed;
    if (verb === "suggest") this.tab.suggest = !this.tab.suggest;
    if (verb === "keys") this.find(".help").hidden = !this.find(".help").hidden;
    return this.draw();
  }

  // In a second look: the same label once more, after which nobody asks again.
  keep() {
    const label = this.deck.current && this.deck.labels.get(this.deck.current.id);
    if (label) this.answer({ state: label.state, name: label.name });
  }

  accept() {
    if (this.zoomed) return this.say("Enter takes a whole page: Z leads back to it");
    const title = this.deck.group?.title ?? "";
    const ids = this.deck.accept();
    if (ids === null) return this.say(LOOK_AT_EACH);
    const { size } = this.deck.chosen;
    const waits = size ? `; ${size} chosen wait for a key` : "";
    return this.drawSoon(`${ids.length} accepted as ${title}: U takes them back${waits}`);
  }

  answer(label) {
    const ids = this.deck.answer(label);
    if (ids.length > 0) {
      const many = ids.length > 1 ? ` for ${ids.length}` : "";
      this.drawSoon(`${saying(label)}${many}: U takes it back`);
    }
  }

  open(id) {
    const { deck } = this;
    if (!deck.at.has(id)) return this.say("this picture is not in the batch");
    deck.mode = "one";
    const { under } = deck.itemOf(id);
    if (under && deck.isFolded(deck.itemOf(id))) deck.opened.add(under);
    deck.go(deck.at.get(id));
    return this.draw();
  }

  takeBack(one) {
    if (one.seq) this.deck.undoOne(one.seq);
    else this.deck.undoOlder(one);
    this.draw();
  }

  move(by, extend) {
    const { deck } = this;
    deck.go(deck.cursor + by);
    if (deck.mode === "grid") {
      if (extend) this.choose(deck.cursor, true);
      else deck.anchor = deck.cursor;
    }
    this.draw();
  }

  choose(n, extend) {
    const { deck } = this;
    const id = deck.page[n];
    if (extend) {
      const [from, to] = [Math.min(deck.anchor, n), Math.max(deck.anchor, n)];
      deck.page.slice(from, to + 1).forEach((each) => deck.chosen.add(each));
    } else {
      if (!deck.chosen.delete(id)) deck.chosen.add(id);
      deck.anchor = n;
    }
    deck.cursor = n;
    this.draw();
  }

  chooseAll() {
    if (this.deck.mode === "grid") this.deck.page.forEach((id) => this.deck.chosen.add(id));
    this.draw();
  }

  clear() {
    if (this.zoomed) return this.do("zoom");
    this.deck.chosen.clear();
    this.find(".help").hidden = true;
    return this.draw();
  }

  say(text) {
    this.find(".hint").textContent = text;
  }

  columns() {
    if (this.deck.mode === "one") return 1;
    const grid = this.find(".grid");
    return grid ? getComputedStyle(grid).gridTemplateColumns.split(" ").length : 1;
  }

  // ---- finding a class by typing

  search() {
    const typed = this.input.value.trim();
    const { classes, names } = this.tab.live;
    const has = (name) => name.toLowerCase().includes(typed.toLowerCase());
    const first = (a, b) => b.toLowerCase().startsWith(typed) - a.toLowerCase().startsWith(typed);
    const options = [
      ...classes.filter(has).sort(first).map((name) => ({ state: "relevant", name })),
      ...names.filter(has).sort(first).map((name) => ({ state: "irrelevant", name })),
    ];
    const known = [...classes, ...names].some((name) => name.toLowerCase() === typed.toLowerCase());
    this.options = options.slice(0, 50);
    this.fresh = typed && !known;
    if (this.fresh) this.options.push({ state: "irrelevant", name: typed });
    this.pick = 0;
    this.drawOptions();
  }

  drawOptions() {
    this.found.hidden = this.options.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.found.hidden));
    this.found.replaceChildren(
      ...this.options.map((label, n) => {
        const fresh = this.fresh && n === this.options.length - 1;
        const option = element("div", "option", saying(label) + (fresh ? " (new name)" : ""));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(n === this.pick));
        option.id = `option-${n}`;
        option.onmousedown = (event) => {
          event.preventDefault();
          this.take(n);
        };
        return option;
      }),
    );
    this.input.setAttribute("aria-activedescendant", `option-${this.pick}`);
    this.found.children[this.pick]?.scrollIntoView({ block: "nearest" });
  }

  onSearchKey(event) {
    const last = this.options.length - 1;
    const step = {
      ArrowDown: () => (this.pick = Math.min(last, this.pick + 1)),
      ArrowUp: () => (this.pick = Math.max(0, this.pick - 1)),
      Enter: () => this.take(this.pick),
      Escape: () => this.leaveSearch(),
    }[event.key];
    event.stopPropagation();
    if (!step || event.isComposing) return;
    event.preventDefault();
    step();
    if (event.key.startsWith("Arrow")) this.drawOptions();
  }

  take(n) {
    const label = this.options[n];
    this.leaveSearch();
    if (label) this.answer(label);
  }

  leaveSearch() {
    this.input.value = "";
    this.input.blur();
    this.frame.focus({ preventScroll: true });
  }

  closeSearch() {
    this.found.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }

  // ---- drawing

  // Streamlit sends an answer in a task of its own, after this one: drawing waits for that, or
  // the answer would wait for layout and paint.
  drawSoon(said) {
    setTimeout(() => {
      this.say(said);
      this.draw();
    });
  }

  draw() {
    const { deck } = this;
    if (!deck.name) return;
    const grid = deck.mode === "grid";
    this.frame.dataset.mode = deck.mode;
    this.frame.dataset.actor = deck.facts.actor;
    this.frame.dataset.sharp = this.tab.live.sharp < deck.items.length ? "some" : "all";
    for (const name of ["one", "grid"]) {
      this.find(`[data-do="${name}"]`).setAttribute("aria-pressed", String(deck.mode === name));
    }
    this.drawButtons(grid);
    this.find('[data-do="suggest"]').setAttribute("aria-pressed", String(this.tab.suggest));
    this.find('[data-do="keys"]').setAttribute("aria-expanded", String(!this.find(".help").hidden));
    if (grid) this.drawGrid();
    else this.drawOne();
    this.drawZoom();
    this.drawBar();
    this.drawSuggestion();
    this.drawHistory();
    this.drawProgress();
  }

  drawButtons(grid) {
    const { deck } = this;
    const { review } = deck.facts;
    this.frame.dataset.review = String(Boolean(review));
    const accept = this.find('[data-do="accept"]');
    this.find('[data-do="irrelevant"]').dataset.instead = String(
      deck.current?.instead === "irrelevant",
    );
    accept.disabled = review ? !deck.current : !grid || !deck.group?.bulk;
    const label = deck.current && deck.labels.get(deck.current.id);
    if (review) accept.lastChild.textContent = label ? ` keep ${saying(label)}` : " keep";
    this.find('[data-do="zoom"]').disabled = !grid || deck.page.length === 0;
    this.find('[data-do="grid"]').disabled = review;
    const folded = deck.folds.has(deck.current?.id) || deck.opened.has(deck.current?.under);
    const unfold = this.find('[data-do="unfold"]');
    unfold.disabled = !folded;
    const open = deck.opened.has(deck.current?.id) || deck.opened.has(deck.current?.under);
    unfold.lastChild.textContent = open ? " fold again" : " unfold";
    const last = deck.undoable;
    const what = last ? `${saying(last.label)}${last.count > 1 ? ` (${last.count})` : ""}` : "";
    const undo = this.find('[data-do="undo"]');
    undo.lastChild.textContent = ` undo ${what}`.trimEnd();
    undo.title = last ? `take back “${what}”` : "nothing to take back";
    undo.dataset.ready = String(Boolean(last));
  }

  // Each class's labels so far, in the run, with a bar against the class that has most.
  drawProgress() {
    const { deck } = this;
    const counts = deck.perClass(deck.elsewhere);
    const most = Math.max(1, ...Object.values(counts));
    const given = deck.current && deck.labels.get(deck.current.id);
    for (const button of this.root.querySelectorAll("[data-class]")) {
      const name = button.dataset.class;
      const pressed = given?.state === "relevant" && given.name === name;
      button.setAttribute("aria-pressed", String(pressed));
      button.dataset.instead = String(deck.current?.instead === name);
      const count = counts[name] ?? 0;
      button.querySelector(".count").textContent = count;
      button.querySelector(".part").style.width = `${(100 * count) / most}%`;
      button.title = `${name}: ${count} labels so far`;
    }
  }

  // The stage takes what the window's height leaves, so that one decision is on one screen and
  // nothing below it is empty.
  fit() {
    const table = this.find(".table");
    const scroller = document.querySelector('[data-testid="stMain"]');
    const top = table.getBoundingClientRect().top + (scroller?.scrollTop ?? 0);
    if (!table.offsetParent) return;
    const under = [".below", ".history"].map((each) => this.find(each).offsetHeight);
    const beside = under.reduce((sum, each) => sum + each, 0);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const high = window.innerHeight; // far down a page that is scrolled, half of it is right
    const tall = top > high / 2 ? high / 2 : Math.max(220, high - top - beside - 5 * rem - ROOM);
    if (Math.abs(tall - (this.tall ?? 0)) < 3) return;
    this.tall = tall;
    this.frame.style.setProperty("--tall", `${Math.round(tall)}px`);
    if (this.deck.mode === "grid") this.spread(this.find(".stage"), this.deck.page.length);
  }

  drawBar() {
    const { deck, outbox } = this;
    const [done, total] = [deck.answered, deck.items.length];
    const bar = this.find(".progress");
    bar.setAttribute("aria-valuemax", total);
    bar.setAttribute("aria-valuenow", done);
    this.find(".done").style.width = `${total ? (100 * done) / total : 0}%`;
    const { spent, budget, answered } = deck.facts;
    const paid = (spent + done - answered).toLocaleString("en");
    this.find(".said").textContent = deck.facts.review
      ? `${done} of ${total} looked at again`
      : `${done} of ${total} answered · ${paid} of ${budget.toLocaleString("en")} labels in all`;
    this.find(".counts").textContent = deck.facts.review
      ? ""
      : Object.entries(deck.counts())
          .map(([state, count]) => `${count} ${state}`)
          .join(" · ");
    const { spent: times } = deck;
    const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
    this.find(".pace").textContent = times.length ? `${mean.toFixed(1)} s per label` : "";
    const { refused } = this.tab.live;
    const saved = this.find(".saved");
    saved.textContent = outbox.waiting
      ? `saving ${outbox.waiting}…`
      : `saved ${this.tab.live.saved}`;
    saved.dataset.waiting = String(outbox.waiting > 0);
    saved.dataset.rows = String(outbox.saved); // answers and undos of this tab with a receipt
    const trouble = this.find(".trouble");
    trouble.hidden = !refused;
    if (refused) {
      const kept = `${outbox.waiting} answers wait here and are tried again every 2 s.`;
      trouble.textContent = outbox.waiting ? `Not saved: ${refused} ${kept}` : refused;
    }
  }

  picture(item) {
    const large = this.deck.at.get(item.id) < this.tab.live.sharp;
    const address = (large ? this.deck.facts.large : this.deck.facts.small) + item.file;
    let image = this.pictures.get(item.id);
    if (!image || image.getAttribute("src") !== address) {
      image = new Image();
      image.draggable = false;
      image.decoding = "sync";
      image.src = address;
      image.alt = this.spoken(item); // never the id: it may tell the class
      image.decode().catch(() => {}); // a blank is drawn then; the server made one for each id
      this.pictures.set(item.id, image);
    }
    return image;
  }

  spoken(item) {
    const more = this.deck.foldedUnder(item.id).length;
    const folded = more ? `, with ${more} near-duplicate${more > 1 ? "s" : ""}` : "";
    return `picture ${this.deck.at.get(item.id) + 1} of ${this.deck.items.length}${folded}`;
  }

  // A picture of the page that the pointer rests on, in large, beside it.
  point(cell) {
    if (cell === this.pointed) return;
    this.pointed = cell;
    clearTimeout(this.pointing);
    this.pointing = setTimeout(() => this.drawPeek(), cell ? POINTED : 0);
  }

  drawPeek() {
    const place = this.find(".peek");
    const { deck, pointed } = this;
    const item = pointed?.isConnected && deck.mode === "grid" && !this.zoomed
      ? deck.itemOf(deck.page[Number(pointed.dataset.n)])
      : undefined;
    place.hidden = !item;
    if (!item) return;
    const [at, table] = [pointed, this.find(".table")].map((each) => each.getBoundingClientRect());
    place.dataset.side = at.left - table.left < table.width / 2 ? "right" : "left";
    place.replaceChildren(this.picture(item), element("span", "tag", this.thought(item)));
  }

  // What the model takes a picture for, and how sure it is.
  thought(item) {
    const { group } = item;
    const title = this.deck.facts.groups[group]?.title;
    return title ? `looks like ${title}, ${percent(item.sure)} sure` : "nobody can tell yet";
  }

  preload() {
    const { deck } = this;
    const keep = new Set();
    for (let n = -1; n <= AHEAD; n++) {
      const item = deck.items[deck.cursor + n];
      if (item) keep.add(this.picture(item) && item.id);
    }
    for (const id of this.pictures.keys()) if (!keep.has(id)) this.pictures.delete(id);
  }

  drawOne() {
    const { deck } = this;
    const stage = this.find(".stage");
    const item = deck.current;
    const total = deck.items.length;
    const place = item ? `Picture ${deck.cursor + 1} of ${total}` : "";
    this.find(".headline").textContent = item?.doubt ? `${place}. ${item.doubt}.` : place;
    if (stage.dataset.mode !== "one") {
      const [holder, tag] = [element("div", "one"), element("span", "tag")];
      holder.append(element("div", "holder"), element("div", "copies"), tag);
      stage.replaceChildren(holder);
      stage.dataset.mode = "one";
    }
    const holder = stage.querySelector(".holder");
    const shown = item
      ? this.picture(item)
      : element("p", "finished", finish(deck.facts.review, total));
    if (holder.firstChild !== shown) holder.replaceChildren(shown);
    this.drawCopies(stage.querySelector(".copies"), item);
    const label = item && deck.labels.get(item.id);
    const tag = stage.querySelector(".tag");
    tag.textContent = saying(label) + (this.other(label) ? ` (${label.actor})` : "");
    tag.dataset.state = label?.state ?? "";
    tag.hidden = !label;
    setTimeout(() => this.preload()); // after this one is painted
  }

  // The near-duplicates that the same key answers, small, in the corner of the picture.
  drawCopies(place, item) {
    const folded = item ? this.deck.foldedUnder(item.id) : [];
    place.hidden = folded.length === 0;
    if (place.hidden) return;
    const more = folded.length === 1 ? "1 near-duplicate" : `${folded.length} near-duplicates`;
    const small = folded.slice(0, 6).map((each) => {
      const image = new Image();
      image.src = this.deck.facts.small + each.file;
      image.alt = "";
      return image;
    });
    place.replaceChildren(element("span", "", `and ${more}: one key answers all`), ...small);
  }

  other(label) {
    return label?.actor && label.actor !== this.deck.facts.actor;
  }

  drawGrid() {
    const { deck } = this;
    const stage = this.find(".stage");
    if (stage.dataset.mode !== "grid") {
      const grid = element("div", "grid");
      grid.setAttribute("role", "listbox");
      grid.setAttribute("aria-multiselectable", "true");
      grid.tabIndex = 0;
      stage.replaceChildren(grid);
      stage.dataset.mode = "grid";
    }
    const { group } = deck;
    const title = group?.title ?? "";
    const left = deck.withFolded(deck.page.filter((id) => !deck.labels.has(id))).length;
    this.find(".headline").textContent = deck.page.length
      ? pageWords(group, deck.page.map((id) => deck.itemOf(id).sure), left)
      : "All of this batch is answered.";
    this.find('[data-do="accept"]').lastChild.textContent = group?.bulk
      ? ` accept ${left} as ${title}`
      : " takes no such page: look at each";
    const grid = stage.querySelector(".grid");
    grid.setAttribute("aria-label", `Pictures that look like ${title}`);
    const wanted = deck.page.map((id, n) => this.cell(deck.itemOf(id), n));
    const same =
      wanted.length === grid.childElementCount &&
      wanted.every((cell, n) => cell === grid.children[n]);
    if (!same) grid.replaceChildren(...wanted);
    this.spread(stage, wanted.length);
    const onPage = new Set(deck.page);
    for (const id of this.cells.keys()) if (!onPage.has(id)) this.cells.delete(id);
  }

  // As many columns as make the pictures of a page largest.
  spread(stage, count) {
    const [wide, tall] = [stage.clientWidth || 6, stage.clientHeight || 4];
    let best = [0, 6, 4];
    for (let columns = 3; columns <= Math.max(3, count); columns++) {
      const rows = Math.max(2, Math.ceil(count / columns));
      const side = Math.min(wide / columns, tall / rows);
      if (side > best[0]) best = [side, columns, rows];
    }
    stage.style.setProperty("--columns", best[1]);
    stage.style.setProperty("--rows", best[2]);
  }

  cell(item, n) {
    const { deck } = this;
    let cell = this.cells.get(item.id);
    if (!cell) {
      cell = element("div", "cell");
      cell.setAttribute("role", "option");
      const image = new Image();
      image.draggable = false;
      image.src = deck.facts.small + item.file;
      image.alt = this.spoken(item);
      const chance = element("span", "chance", percent(item.sure));
      chance.title = "how sure the model is of what the page says";
      chance.hidden = !deck.facts.groups[item.group]?.title;
      cell.append(image, chance, element("span", "times"), element("span", "tag"));
      this.cells.set(item.id, cell);
    }
    const label = deck.labels.get(item.id);
    cell.querySelector(".chance").textContent = percent(item.sure);
    const tag = cell.lastChild;
    tag.textContent = saying(label);
    tag.hidden = !label;
    tag.dataset.state = label?.state ?? "";
    const times = cell.querySelector(".times");
    const folded = deck.foldedUnder(item.id).length;
    times.textContent = `× ${folded + 1}`;
    times.title = `${folded + 1} near-duplicates: one key answers all, F shows each`;
    times.hidden = folded === 0;
    cell.firstChild.alt = this.spoken(item);
    cell.dataset.n = n;
    cell.classList.toggle("current", n === deck.cursor);
    cell.setAttribute("aria-selected", String(deck.chosen.has(item.id)));
    return cell;
  }

  // The picture under the cursor of a page, in large; keys go on meaning that picture.
  drawZoom() {
    const { deck } = this;
    const item = deck.mode === "grid" && this.zoomed ? deck.current : undefined;
    const place = this.find(".zoom");
    place.hidden = !item;
    if (!item) {
      this.zoomed = false;
      return;
    }
    const shown = this.picture(item);
    if (place.firstChild !== shown) place.replaceChildren(shown, element("span", "tag"));
    const label = deck.labels.get(item.id);
    place.lastChild.textContent = label ? saying(label) : this.thought(item);
    place.lastChild.dataset.state = label?.state ?? "";
  }

  // What the model takes the picture for, always; why, when asked. A second look says it above.
  drawSuggestion() {
    const { deck } = this;
    const item = deck.current;
    this.find(".guess").hidden = !item || Boolean(item.doubt);
    if (!item) return;
    const known = Boolean(deck.facts.groups[item.group]?.title);
    this.find(".thought").textContent = this.thought(item);
    this.find(".sure").hidden = !known;
    this.find(".sure span").style.width = `${100 * item.sure}%`;
    const why = this.find(".suggestion");
    why.hidden = !this.tab.suggest;
    why.textContent = item.reason;
  }

  drawClasses() {
    const { classes, keys } = this.tab.live;
    const group = this.find(".classes");
    const wanted = JSON.stringify([classes, keys]);
    if (group.dataset.drawn === wanted) return;
    group.dataset.drawn = wanted;
    group.replaceChildren(
      ...classes.map((name) => {
        const button = element("button");
        button.type = "button";
        button.dataset.class = name;
        if (keys[name]) button.append(element("kbd", "", keys[name].toUpperCase()), " ");
        button.append(element("span", "name", name), " ", element("span", "count", "0"));
        button.append(element("span", "part"));
        return button;
      }),
    );
  }

  drawHistory() {
    const { deck } = this;
    const entries = deck.history(HISTORY).filter((one) => one.file || deck.at.has(one.id));
    this.find(".history").dataset.some = String(entries.length > 0);
    const rows = new Map();
    for (const one of entries) {
      const text = saying(one.label) + (this.other(one.label) ? ` (${one.label.actor})` : "");
      const key = `${one.id} ${one.seq} ${one.event} ${text}`;
      rows.set(key, this.rows.get(key) ?? this.historyRow(one, text));
    }
    this.rows = rows;
    this.find(".last").replaceChildren(...rows.values());
  }

  historyRow(one, text) {
    const row = element("li");
    const open = element("button", "open");
    open.type = "button";
    open.dataset.open = one.id;
    open.title = `${text}: click to change it`;
    const image = new Image();
    image.src = this.deck.facts.small + (one.file ?? this.deck.itemOf(one.id).file);
    image.alt = "";
    open.append(image, element("span", "", text));
    const back = element("button", "back", "✕");
    back.type = "button";
    back.title = `take back “${text}”`;
    back.setAttribute("aria-label", back.title);
    back.dataset.undo = JSON.stringify({ id: one.id, seq: one.seq, event: one.event });
    row.append(open, back);
    return row;
  }
}

export default function (component) {
  const root = component.parentElement;
  let instance = INSTANCES.get(root);
  if (!instance) {
    instance = new Labeller(root);
    INSTANCES.set(root, instance);
  }
  instance.update(component);
  return () => {
    instance.close();
    INSTANCES.delete(root);
  };
}
