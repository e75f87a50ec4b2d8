// For elements that end where the window does: how high they may be, and when that changes.
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const pageBox = () => document.querySelector('[data-testid="stMainBlockContainer"]');

// From the top of `element` to the end of the window, in CSS pixels; at least `least` (for letters
// of 16 px). A page whose elements keep to it does not scroll.
function roomBelow(element, least) {
  const page = pageBox();
  const top = element.getBoundingClientRect().top;
  const scrolled = page?.closest('[data-testid="stMain"]')?.scrollTop ?? 0;
  const below = page ? parseFloat(getComputedStyle(page).paddingBottom) + 4 : 0;
  return Math.max((least / 16) * rem(), Math.floor(window.innerHeight - top - scrolled - below));
}

// Calls `fit` whenever the window, or anything on the page, changes its size; returns what ends it.
function watchRoom(fit) {
  const page = pageBox();
  const watch = new ResizeObserver(fit);
  if (page) watch.observe(page);
  window.addEventListener("resize", fit);
  return () => {
    watch.disconnect();
    window.removeEventListener("resize", fit);
  };
}
