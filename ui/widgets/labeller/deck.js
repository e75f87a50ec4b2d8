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
    const included = data.acks[this.outbox.client] ?? 0;
    for (const batch of this.outbox.older) this.replay(batch.rows);
    const fresh = this.steps.filter((step) => step.last > included);
    for (const step of fresh) this.overlay(step.after);
    this.spent = [...data.seconds, ...fresh.flatMap((step) => step.seconds)].slice(-PACE);
    if (this.name !== name) {
      this.name = name;
      this.steps = [];
      this.chosen.clear();
      this.page = [];
      this.go(this.nextOpen(0));
    }
    if (this.cursor > items.length) this.cursor = items.length;
    if (this.mode === "grid") this.keepPage();
  }

  replay(rows) {
    for (const row of rows) {
      if (row.kind === "label") this.labels.set(row.id, { state: row.state, name: row.name });
    }
  }

  overlay(changes) {
    for (const [id, label] of changes) {
      if (label) this.labels.set(id, label);
      else this.labels.delete(id);
    }
  }

  // ---- where we are

  get current() {
    return this.mode === "one" ? this.items[this.cursor] : this.itemOf(this.page[this.cursor]);
  }

  itemOf(id) {
    return this.items[this.at.get(id)];
  }

  get answered() {
    return this.items.reduce((sum, item) => sum + this.labels.has(item.id), 0);
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
      if (!this.labels.has(this.items[at].id)) return at;
    }
    return length; // all are answered
  }

  go(n) {
    const last = this.mode === "one" ? this.items.length : this.page.length - 1;
    this.cursor = Math.max(0, Math.min(last, n));
    this.since = performance.now();
  }

  setMode(mode) {
    if (mode === this.mode) return;
    const id = this.current?.id;
    this.mode = mode;
    this.chosen.clear();
    if (mode === "grid") this.nextPage();
    else this.go(this.labels.has(id) || !id ? this.nextOpen(0) : this.at.get(id));
  }

  // ---- pages of pictures that are thought to be the same

  // What the model thinks may have changed: a page that is no longer of one kind is made anew.
  keepPage() {
    this.page = this.page.filter((id) => this.at.has(id));
    const kinds = new Set(this.page.map((id) => this.itemOf(id).group));
    if (this.pageDone || kinds.size > 1) this.nextPage();
  }

  get pageDone() {
    return this.page.every((id) => this.labels.has(id));
  }

  // Python has the groups in order: what may be taken at once first, what looks irrelevant last.
  nextPage() {
    const open = this.items.filter((item) => !this.labels.has(item.id));
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
      return this.page.filter((id) => this.chosen.has(id));
    }
    return this.current ? [this.current.id] : [];
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
    const ids = this.page.filter((id) => alike(id) && open(id));
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
    const rows = ids.map((id) => ({ ...said, id }));
    const after = ids.map((id) => [id, { ...label, actor }]);
    this.record(rows, after, "label", taken);
  }

  record(rows, after, kind, seconds = []) {
    const before = after.map(([id]) => [id, this.labels.get(id) ?? null]);
    const place = { mode: this.mode, page: [...this.page], cursor: this.cursor };
    this.overlay(after);
    const first = this.outbox.seq + 1;
    const last = first + rows.length - 1;
    this.steps.push({ kind, first, last, before, after, place, seconds });
    this.since = performance.now();
    this.outbox.push(rows);
  }

  // ---- taking back

  // The last thing this tab did; then what this person did before it was opened.
  undo() {
    const step = this.steps.findLast((each) => each.kind === "label" && !each.undone);
    if (!step) return this.undoOlder(this.facts.recent.find((one) => this.canUndo(one)));
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
    const [id, before] = step.before[seq - step.first];
    const { actor } = this.facts;
    const row = { kind: "undo", client: this.outbox.client, first: seq, last: seq, actor };
    (step.gone ??= new Set()).add(seq);
    if (step.gone.size === step.before.length) step.undone = true;
    this.record([row], [[id, before]], "undo");
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
