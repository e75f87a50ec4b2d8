// The word lists' half in the browser. Every edit goes into a log that is sent whole until Python
// says how far it has read, so that quick edits, and a remount in between, lose nothing.
const INSTANCES = new WeakMap();
const MEMORY = (window.__laserWords ??= new Map());
const RESEND = 2500; // ms without an answer, then the log is sent again
const LEAST = 320; // CSS pixels of the lists where the window is low

function make(tag, className, parent) {
  const element = document.createElement(tag);
  element.className = className;
  parent?.append(element);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A text field that tells of its change on Enter or when it is left; Escape takes it back.
class Field {
  constructor(parent, className, tell) {
    this.input = make("input", className, parent);
    this.input.type = "text";
    this.saved = "";
    this.tell = tell;
    this.input.onblur = () => this.commit();
    this.input.onkeydown = (event) => {
      if (event.key === "Enter") this.commit();
      if (event.key === "Escape") this.input.value = this.saved;
      event.stopPropagation();
    };
  }

  commit() {
    const value = this.input.value.trim();
    if (value === this.saved.trim() || this.input.readOnly) return;
    this.saved = this.input.value; // not told twice
    this.tell(value);
  }

  update(text, label, readOnly = false) {
    const editing = this.input.getRootNode().activeElement === this.input;
    const dirty = this.input.value !== this.saved;
    if (!(editing && dirty) && this.input.value !== text) this.input.value = text;
    this.saved = text;
    this.input.readOnly = readOnly;
    this.input.setAttribute("aria-label", label);
    this.input.title = text;
  }
}

class SentenceRow {
  constructor(owner) {
    this.root = make("div", "sentence");
    this.field = new Field(this.root, "", (value) =>
      owner.say({ do: "change sentence", text: this.text, new: value }),
    );
    this.stat = make("span", "stat", this.root);
    this.remove = make("button", "plain", this.root);
    this.remove.textContent = "×";
    this.remove.onclick = () => owner.say({ do: "change sentence", text: this.text, new: "" });
    this.remarks = make("div", "remarks", this.root);
  }

  update(item, name) {
    this.text = item.text;
    this.field.update(item.text, `Sentence of ${name}`);
    setText(this.stat, item.stat);
    this.stat.title = item.title;
    this.remove.title = "Delete this sentence";
    this.remove.setAttribute("aria-label", `Delete sentence: ${item.text}`);
    setText(this.remarks, item.remarks.map((text) => `⚠ ${text}`).join("\n"));
  }
}

class ClassRow {
  constructor(list, side, name) {
    this.list = list;
    this.side = side;
    this.name = name;
    this.key = `${side}/${name}`;
    this.root = make("div", "class");
    const line = make("div", "line", this.root);
    this.box = make("input", "", line);
    this.box.type = "checkbox";
    this.box.onchange = () => this.say({ do: "switch" });
    this.field = new Field(line, "name", (value) => this.say({ do: "rename", new: value }));
    this.tag = make("span", "tag", line);
    this.readout = make("span", "readout", line);
    this.warning = make("span", "warning", line);
    this.more = make("button", "plain", line);
    this.more.onclick = () => this.toggle();
    this.remove = make("button", "plain", line);
    this.remove.textContent = "×";
    this.remove.onclick = () => this.say({ do: "remove" });
    this.fold = make("div", "fold", this.root);
    this.remarks = make("div", "remarks", this.fold);
    this.sentences = make("div", "", this.fold);
    this.add = new Field(this.fold, "more", (value) => {
      this.say({ do: "add sentence", new: value });
      this.add.input.value = this.add.saved = "";
    });
    this.add.input.placeholder = "Add a sentence, press Enter";
    this.buttons = make("div", "buttons", this.fold);
    this.rows = [];
  }

  say(action) {
    this.list.say({ side: this.side, name: this.name, ...action });
  }

  toggle() {
    const { open } = this.list.memory;
    if (!open.delete(this.key)) open.add(this.key);
    this.showFold();
  }

  showFold() {
    const open = this.list.memory.open.has(this.key);
    this.fold.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
    setText(this.more, `${open ? "▾" : "▸"} ${this.count}`);
  }

  update(item) {
    this.root.dataset.on = String(item.on);
    this.box.checked = item.on;
    this.box.setAttribute("aria-label", `Use ${item.name}`);
    this.box.title = item.on ? "Switch off" : "Switch on";
    this.field.update(item.name, `Name: ${item.name}`, item.fixed);
    setText(this.tag, item.tag);
    setText(this.readout, item.readout);
    this.readout.dataset.tone = item.tone;
    this.readout.title = item.title;
    const doubts = item.remarks.length + item.sentences.filter((s) => s.remarks.length).length;
    setText(this.warning, doubts ? `⚠ ${doubts}` : "");
    this.warning.title = item.remarks.join("\n") || "Some sentences have a remark: unfold them";
    this.remove.hidden = item.fixed;
    this.remove.title = "Delete this confuser";
    this.remove.setAttribute("aria-label", `Delete ${item.name}`);
    this.more.setAttribute("aria-label", `Sentences of ${item.name}`);
    setText(this.remarks, item.remarks.map((text) => `⚠ ${text}`).join("\n"));
    this.count = item.sentences.length;
    this.updateSentences(item);
    this.add.input.setAttribute("aria-label", `Add a sentence to ${item.name}`);
    this.updateButtons(item);
    this.showFold();
  }

  updateSentences(item) {
    while (this.rows.length > item.sentences.length) this.rows.pop().root.remove();
    while (this.rows.length < item.sentences.length) {
      const row = new SentenceRow(this);
      this.rows.push(row);
      this.sentences.append(row.root);
    }
    item.sentences.forEach((sentence, n) => this.rows[n].update(sentence, item.name));
  }

  updateButtons(item) {
    const wanted = JSON.stringify(item.actions);
    if (this.buttons.dataset.shown === wanted) return;
    this.buttons.dataset.shown = wanted;
    this.buttons.replaceChildren(
      ...item.actions.map((action) => {
        const button = make("button", "");
        button.textContent = action.label;
        button.title = action.title;
        button.disabled = action.disabled;
        button.onclick = () => this.say({ do: action.do });
        return button;
      }),
    );
  }
}

class WordLists {
  constructor(root) {
    this.frame = root.querySelector(".frame");
    this.fit = () => (this.frame.style.maxHeight = `${roomBelow(this.frame, LEAST)}px`);
    this.close = watchRoom(this.fit);
    this.sections = Object.fromEntries(
      [...root.querySelectorAll("section")].map((each) => [each.dataset.side, each]),
    );
    this.rows = new Map();
    const add = root.querySelector(".add");
    add.onkeydown = (event) => {
      event.stopPropagation();
      const name = add.value.trim();
      if (event.key !== "Enter" || !name) return;
      add.value = "";
      this.say({ side: "confusers", do: "add", new: name });
    };
  }

  update(component) {
    this.component = component;
    const { data } = component;
    let memory = MEMORY.get(data.memory);
    if (!memory) {
      memory = { seq: data.done, log: [], open: new Set() };
      MEMORY.set(data.memory, memory);
    }
    this.memory = memory;
    memory.log = memory.log.filter((action) => action.seq > data.done);
    for (const side of ["relevant", "confusers"]) this.fill(side, data[side], data.titles[side]);
    this.fit();
    if (memory.log.length > 0) this.later();
  }

  fill(side, items, title) {
    const section = this.sections[side];
    setText(section.querySelector("h4"), title);
    const rows = items.map((item) => {
      const key = `${side}/${item.name}`;
      const row = this.rows.get(key) ?? new ClassRow(this, side, item.name);
      this.rows.set(key, row);
      row.update(item);
      return row;
    });
    for (const [key, row] of this.rows)
      if (row.side === side && !rows.includes(row)) this.rows.delete(key);
    const holder = section.querySelector(".rows");
    const wanted = rows.map((row) => row.root);
    const same =
      wanted.length === holder.childElementCount &&
      wanted.every((element, n) => element === holder.children[n]);
    if (!same) holder.replaceChildren(...wanted);
  }

  say(action) {
    this.memory.seq += 1;
    this.memory.log.push({ ...action, seq: this.memory.seq });
    this.send();
  }

  send() {
    this.component.setStateValue("log", [...this.memory.log]);
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.memory.log.length > 0) this.send();
    }, RESEND);
  }
}

export default function (component) {
  const root = component.parentElement;
  let instance = INSTANCES.get(root);
  if (!instance) {
    instance = new WordLists(root);
    INSTANCES.set(root, instance);
  }
  instance.update(component);
  return () => {
    clearTimeout(instance.timer);
    instance.close();
    INSTANCES.delete(root);
  };
}
