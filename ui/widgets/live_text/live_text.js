// A text area that tells of its text while one types, a moment after the last key.
const INSTANCES = new WeakMap();
const MEMORY = (window.__laserTyping ??= new Map());
const PAUSE = 250; // ms

class Typing {
  constructor(root) {
    this.area = root.querySelector("textarea");
    this.label = root.querySelector("span");
    this.area.oninput = () => {
      this.memory.text = this.area.value;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), PAUSE);
    };
    this.area.onblur = () => {
      if (this.memory.text !== this.memory.sent) this.send();
    };
    this.area.onkeydown = (event) => event.stopPropagation();
  }

  send() {
    clearTimeout(this.timer);
    this.memory.sent = this.memory.text;
    const { reset, text } = this.memory;
    this.component.setStateValue("typed", { reset, text });
  }

  update(component) {
    const { data } = component;
    this.component = component;
    let memory = MEMORY.get(data.memory);
    if (!memory || memory.reset !== data.reset) {
      memory = { reset: data.reset, text: data.text, sent: data.text };
      MEMORY.set(data.memory, memory);
    }
    this.memory = memory;
    if (this.area.value !== memory.text) this.area.value = memory.text;
    this.label.textContent = data.label;
    this.area.style.height ||= `${data.height}px`;
    this.area.placeholder = data.placeholder;
    this.area.setAttribute("aria-invalid", String(data.invalid));
  }
}

export default function (component) {
  const root = component.parentElement;
  let instance = INSTANCES.get(root);
  if (!instance) {
    instance = new Typing(root);
    INSTANCES.set(root, instance);
  }
  instance.update(component);
  return () => {
    clearTimeout(instance.timer);
    INSTANCES.delete(root);
  };
}
