// What was answered and is not yet known to be on the server's disk. One message is in flight at a
// time and holds every row without a receipt, so a rerun that swallows a message loses nothing; a
// row's number and this tab's name let the server take each row once, however often it arrives.
// A receipt gets lost now and then, when a rerun of another fragment swallows ours; all later answers
// wait for it. So the patience follows the time that receipts take, and doubles while none comes.
const PATIENCE_MS = [300, 2000];
const TRIPS = 4; // patience, in usual times from message to receipt
const PER_MESSAGE = 500;

class Outbox {
  constructor(place) {
    this.place = place; // in the tab's own storage: what a reload finds again
    this.client = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.seq = 0;
    this.rows = [];
    this.older = this.leftovers(); // batches of this tab before a reload, each under its old name
    this.sentAt = 0;
    this.trip = 250; // usual ms from message to receipt
    this.tries = 0; // of the message in flight
    this.saved = 0;
    this.send = null; // set at every mount
  }

  leftovers() {
    try {
      return JSON.parse(sessionStorage.getItem(this.place) ?? "[]");
    } catch {
      return []; // storage switched off: a reload then forgets what was not saved
    }
  }

  keep() {
    const batches = [...this.older, { client: this.client, rows: this.rows }];
    try {
      sessionStorage.setItem(this.place, JSON.stringify(batches.filter((b) => b.rows.length)));
    } catch {
      // full or switched off; the window's memory still has them
    }
  }

  get waiting() {
    return this.older.reduce((sum, batch) => sum + batch.rows.length, this.rows.length);
  }

  push(rows) {
    for (const row of rows) row.seq = ++this.seq;
    this.rows.push(...rows);
    this.keep();
    this.flush();
  }

  flush() {
    if (!this.send || this.waiting === 0 || this.sentAt) return;
    const batch = this.older[0] ?? { client: this.client, rows: this.rows };
    this.sentAt = performance.now();
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), this.patience);
    const rows = batch.rows.slice(0, PER_MESSAGE);
    this.send({ nonce: Math.random(), client: batch.client, rows });
  }

  get patience() {
    const [least, most] = PATIENCE_MS;
    return Math.min(most, Math.max(least, TRIPS * this.trip) * 2 ** (this.tries - 1));
  }

  retry() {
    this.sentAt = 0;
    this.flush();
  }

  // acks: client -> the last of its rows that is on disk; refused: why the last message is not
  receive(acks, refused) {
    const before = this.waiting;
    const left = ({ client, rows }) => rows.filter((row) => row.seq > (acks[client] ?? 0));
    this.older = this.older
      .map((batch) => ({ client: batch.client, rows: left(batch) }))
      .filter((batch) => batch.rows.length > 0);
    this.rows = left(this);
    const arrived = before - this.waiting;
    this.saved += arrived;
    if (arrived > 0) this.keep();
    if (arrived > 0 && !refused) {
      const taken = performance.now() - this.sentAt;
      // Which of several tries a receipt answers cannot be told, so it says nothing of the time.
      if (this.sentAt && this.tries === 1) this.trip += 0.2 * (taken - this.trip);
      this.sentAt = this.tries = 0;
      queueMicrotask(() => this.flush());
    }
  }
}
