// The pictures of a deck and their labels, apart from the widget: many and seldom sent.
export default function (component) {
  const { data } = component;
  const tab = tabOf(data);
  tab.deck.receive(data);
  tab.views.forEach((view) => view.draw());
}
