// One browser tab's memory of one run. It hangs on the window, so that it outlasts a remount, and is
// shared by the two components that the deck and its acknowledgements arrive through.
const TALL = 850; // CSS pixels of the window from which there is room for the reason, unasked
const TABS = (window.__laserLabeling ??= new Map());

function tabOf(data) {
  let tab = TABS.get(data.memory);
  if (!tab) {
    const outbox = new Outbox(`laser-labels ${data.memory}`);
    const suggest = window.innerHeight >= TALL;
    tab = { outbox, deck: new Deck(outbox), views: new Set(), live: null, suggest };
    TABS.set(data.memory, tab);
  }
  return tab;
}
