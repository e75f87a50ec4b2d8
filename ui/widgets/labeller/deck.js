// What the person sees as answered, which picture is next, and what can be undone. No drawing here.
const PAGE = 24;
const IDLE_SECONDS = 120; // longer than this on one picture is a pause, not work
const PACE = 50; // answers that the seconds per label are the mean of

class Deck {
  constructor(outbox) {
    this.outbox = outbox;
    this.name = null;
    this.items = [];
    this.labels = new Map(); // id -> {state, name, actor}
    this.done = new Set(); // ids that need no further look: they have a label, or got one in a review
    this.folds = new Map(); // id -> its near-duplicates, which one key answers with it
    this.opened = new Set(); // ids whose near-duplicates are shown one by one
    this.steps = []; // what this tab did, oldest first; each can be undone as one
    this.mode = "one";
    this.cursor = 0;
    this.anchor = 0;
    this.chosen = new Set();
    this.page = [];
    this.spent = []; // seconds of the last answers: the store's, then this tab's
    this.since = performance.now();
  }

  // ---- what Python says

  receive(data) {
    const { name, items } = data;
    this.facts = data;
    this.items = items;
    this.at = new Map(items.map((item, n) => [item.id, n]));
    this.labels = new Map(Object.entries(data.labels));
    this.done = new Set(data.review ? data.reviewed : this.labels.keys());
    this.elsewhere = this.perClass(data.per_class, -1); // labels of pictures that are not at hand
    this.folds = new Map();
    for (const item of items.filter((each) => each.under)) {
      this.folds.set(item.under, [...(this.folds.get(item.under) ?? []), item]);
    }
    const included = data.acks[this.outbox.client] ?? 0;
    for (const batch of this.outbox.older) this.replay(batch.rows);
    const fresh = this.steps.filter((step) => step.last > included);
    for (const step of fresh) this.overlay(step.after);
    this.spent = [...data.seconds, ...fresh.flatMap((step) => step.seconds)].slice(-PACE);
    if (this.name !== name) {
      this.name = name;
      this.steps = [];
      this.chosen.clear();
      this.opened.clear();
      this.page = [];
      if (data.review) this.mode = "one";
      this.go(this.nextOpen(0));
    }
    if (this.cursor > items.length) this.cursor = items.length;
    if (this.mode === "grid") this.keepPage();
  }

  replay(rows) {
    for (const row of rows) {
      if (row.kind !== "label") continue;
      this.labels.set(row.id, { state: row.state, name: row.name });
      this.done.add(row.id);
    }
  }

  overlay(changes) {
    for (const [id, label, isDone = Boolean(label)] of changes) {
      if (label) this.labels.set(id, label);
      else this.labels.delete(id);
      if (isDone) this.done.add(id);
      else this.done.delete(id);
    }
  }

  // Labels of each relevant class: those given (of the whole run) and, by sign, those at hand.
  perClass(given, sign = 1) {
    const counts = { ...given };
    for (const { state, name } of this.labels.values()) {
      if (state === "relevant") counts[name] = (counts[name] ?? 0) + sign;
    }
    return counts;
  }

  // ---- where we are

  get current() {
    return this.mode === "one" ? this.items[this.cursor] : this.itemOf(this.page[this.cursor]);
  }

  itemOf(id) {
    return this.items[this.at.get(id)];
  }

  get answered() {
    return this.items.reduce((sum, item) => sum + this.done.has(item.id), 0);
  }

  counts() {
    const counts = { relevant: 0, irrelevant: 0, unsure: 0, excluded: 0, unlabeled: 0 };
    for (const item of this.items) counts[this.labels.get(item.id)?.state ?? "unlabeled"] += 1;
    return counts;
  }

  nextOpen(from) {
    const { length } = this.items;
    for (let n = 0; n < length; n++) {
      const at = (from + n) % length;
      const item = this.items[at];
      if (!this.done.has(item.id) && !this.isFolded(item)) return at;
    }
    return length; // all are answered
  }

  go(n) {
    const last = this.mode === "one" ? this.items.length : this.page.length - 1;
    let to = Math.max(0, Math.min(last, n));
    // The picture that others are folded under stands before them, so going back ends at one.
    const by = to < this.cursor ? -1 : 1;
    while (this.mode === "one" && this.items[to] && this.isFolded(this.items[to])) to += by;
    this.cursor = to;
    this.since = performance.now();
  }

  // ---- near-duplicates, which one key answers

  // Whether a picture is seen only as a part of another's: as long as both have the same label.
  isFolded(item) {
    if (!item.under || !this.at.has(item.under) || this.opened.has(item.under)) return false;
    const [one, other] = [this.labels.get(item.id), this.labels.get(item.under)];
    return one?.state === other?.state && one?.name === other?.name;
  }

  foldedUnder(id) {
    return (this.folds.get(id) ?? []).filter((item) => this.isFolded(item));
  }

  withFolded(ids) {
    return ids.flatMap((id) => [id, ...this.foldedUnder(id).map((item) => item.id)]);
  }

  // Show the near-duplicates of the current picture one by one, or fold them again; how many.
  unfold() {
    const item = this.current;
    const first = item && this.opened.has(item.under) ? item.under : item?.id;
    const group = this.folds.get(first) ?? [];
    if (this.opened.delete(first)) {
      this.page = this.page.filter((id) => !this.isFolded(this.itemOf(id)));
      this.go(this.mode === "one" ? this.at.get(first) : Math.max(0, this.page.indexOf(first)));
    } else if (group.length > 0) {
      const shown = new Set(this.page);
      this.opened.add(first);
      const more = group.map((each) => each.id).filter((id) => !shown.has(id));
      this.page.splice(this.page.indexOf(first) + 1, 0, ...(this.mode === "grid" ? more : []));
    }
    return group.length;
  }

  setMode(mode) {
    if (mode === this.mode || this.facts.review) return;
    const id = this.current?.id;
    this.mode = mode;
    this.chosen.clear();
    if (mode === "grid") this.nextPage();
    else this.go(this.done.has(id) || !id ? this.nextOpen(0) : this.at.get(id));
  }

  // ---- pages of pictures that are thought to be the same

  // What the model thinks may have changed: a page that is no longer of one kind is made anew.
  keepPage() {
    this.page = this.page.filter((id) => this.at.has(id) && !this.isFolded(this.itemOf(id)));
    const kinds = new Set(this.page.map((id) => this.itemOf(id).group));
    if (this.pageDone || kinds.size > 1) this.nextPage();
  }

  get pageDone() {
    return this.page.every((id) => this.done.has(id));
  }

  // Python has the groups in order: what may be taken at once first, what looks irrelevant last.
  nextPage() {
    const open = this.items.filter((item) => !this.done.has(item.id) && !this.isFolded(item));
    const first = Math.min(...open.map((item) => item.group));
    this.page = open
      .filter((item) => item.group === first)
      .sort((a, b) => b.sure - a.sure)
      .slice(0, PAGE)
      .map((item) => item.id);
    this.chosen.clear();
    this.anchor = 0;
    this.go(0);
  }

  // What the page's pictures are thought to be; undefined while there is no page.
  get group() {
    return this.facts.groups[this.itemOf(this.page[0])?.group];
  }

  // ---- answers

  targets() {
    if (this.mode === "grid" && this.chosen.size > 0) {
      return this.withFolded(this.page.filter((id) => this.chosen.has(id)));
    }
    return this.current ? this.withFolded([this.current.id]) : [];
  }

  answer(label) {
    const ids = this.targets();
    if (ids.length === 0) return [];
    this.commit(ids, label);
    if (this.mode === "one") this.go(this.nextOpen(this.cursor + 1));
    else if (this.chosen.size === 0) this.go(Math.min(this.page.length - 1, this.cursor + 1));
    this.chosen.clear();
    return ids;
  }

  // Accept the page: its class for every picture that is neither answered nor chosen. Only where
  // the group may be taken at once; null where not.
  accept() {
    const { group } = this;
    if (!group?.bulk) return null;
    const alike = (id) => this.facts.groups[this.itemOf(id).group] === group;
    const open = (id) => !this.labels.has(id) && !this.chosen.has(id);
    const ids = this.withFolded(this.page.filter((id) => alike(id) && open(id)));
    if (ids.length > 0) this.commit(ids, group.label);
    if (this.chosen.size === 0) this.nextPage();
    return ids;
  }

  commit(ids, label) {
    const seconds = (performance.now() - this.since) / 1000;
    const each = seconds > IDLE_SECONDS ? null : seconds / ids.length;
    const taken = each === null ? [] : ids.map(() => each);
    this.spent = [...this.spent, ...taken].slice(-PACE);
    const { actor, round } = this.facts;
    const step = this.outbox.seq + 1; // what one undo takes back
    const said = { kind: "label", ...label, seconds: each, actor, round, step };
    const rows = ids.map((id) => ({ ...said, id, round: this.itemOf(id).round ?? round }));
    const after = ids.map((id) => [id, { ...label, actor }]);
    this.record(rows, after, "label", taken);
  }

  record(rows, after, kind, seconds = []) {
    const before = after.map(([id]) => [id, this.labels.get(id) ?? null, this.done.has(id)]);
    const place = { mode: this.mode, page: [...this.page], cursor: this.cursor };
    this.overlay(after);
    const first = this.outbox.seq + 1;
    const last = first + rows.length - 1;
    this.steps.push({ kind, first, last, before, after, place, seconds });
    this.since = performance.now();
    this.outbox.push(rows);
  }

  // ---- taking back

  // What the next undo takes back: {label, count}; null where nothing is left.
  get undoable() {
    const step = this.steps.findLast((each) => each.kind === "label" && !each.undone);
    if (step) return { label: step.after[0][1], count: step.after.length - (step.gone?.size ?? 0) };
    const older = this.facts.recent.find((one) => this.canUndo(one));
    return older ? { label: older.label, count: older.count } : null;
  }

  // The last thing this tab did; then what this person did before it was opened.
  undo() {
    const step = this.steps.findLast((each) => each.kind === "label" && !each.undone);
    if (!step) return this.undoAction(this.facts.recent.find((one) => this.canUndo(one)));
    step.undone = true;
    const { actor } = this.facts;
    const { first, last } = step;
    const row = { kind: "undo", client: this.outbox.client, first, last, actor };
    this.record([row], step.before.filter((_, n) => !step.gone?.has(first + n)), "undo");
    this.mode = step.place.mode;
    if (this.mode === "grid") this.page = step.place.page.filter((id) => this.at.has(id));
    this.chosen.clear();
    this.go(step.place.cursor);
    return step.before.map(([id]) => id);
  }

  // What this tab has touched is in its steps; Python's list of before may not know of that yet.
  canUndo(one) {
    const touched = this.steps.some((step) => step.after.some(([id]) => id === one.id));
    return one.label.actor === this.facts.actor && !touched;
  }

  // All of an action of before: a page, or near-duplicates. Python sends the labels again then.
  undoAction(one) {
    if (!one || one.count === 1) return this.undoOlder(one);
    const { action } = one;
    const ids = this.facts.recent.filter((each) => each.action === action).map(({ id }) => id);
    const row = { kind: "undo", action, actor: this.facts.actor };
    this.record([row], ids.map((id) => [id, null]), "undo");
    if (this.mode === "one") this.go(Math.min(...ids.map((id) => this.at.get(id))));
    return ids;
  }

  undoOlder(one) {
    if (!one) return [];
    const row = { kind: "undo", events: [one.event], actor: this.facts.actor };
    this.record([row], [[one.id, null]], "undo");
    if (this.at.has(one.id) && this.mode === "one") this.go(this.at.get(one.id));
    return [one.id];
  }

  // One answer out of this tab's steps, from the history.
  undoOne(seq) {
    const step = this.steps.find((each) => each.first <= seq && seq <= each.last);
    const [id, before, wasDone] = step.before[seq - step.first];
    const { actor } = this.facts;
    const row = { kind: "undo", client: this.outbox.client, first: seq, last: seq, actor };
    (step.gone ??= new Set()).add(seq);
    if (step.gone.size === step.before.length) step.undone = true;
    this.record([row], [[id, before, wasDone]], "undo");
  }

  // The last answers that stand, one a picture, newest first: {id, label, seq} of this tab, then
  // {id, label, event} of before.
  history(most) {
    const shown = [];
    const seen = new Set();
    for (const step of this.steps.toReversed()) {
      for (let n = step.after.length - 1; n >= 0; n--) {
        const [id, label] = step.after[n];
        if (seen.has(id)) continue;
        const stands = step.kind === "label" && !step.undone && !step.gone?.has(step.first + n);
        if (stands || step.kind === "undo") seen.add(id);
        if (stands) shown.push({ id, label, seq: step.first + n });
      }
    }
    const older = this.facts.recent.filter((one) => !seen.has(one.id));
    return [...shown, ...older].slice(0, most);
  }
}
