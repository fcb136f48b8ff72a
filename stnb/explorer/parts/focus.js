// A button that is disabled or hidden while it has the focus would leave it nowhere: while a pull runs, Cancel has it in place of Pull;
// behind the link to the code, its tab.
const ROOMS = ".stnb-run, .stnb-how, .stnb-out";

function keepFocus(part) {
  let whole = null, watch = null;
  let last = null, from = null, stand = null; // what has the focus; what lost it; what has it meanwhile
  const isThere = (node) => node?.isConnected && !node.disabled && node.getClientRects().length > 0;

  // Until the explorer has the focus, it is nobody's to lose; and its rooms stand by then.
  function came({ target }) {
    whole ??= part.closest(".stnb-explorer");
    if (!whole?.contains(target)) {
      last = from = null;
      return;
    }
    if (!watch) observe();
    last = target;
    if (target !== stand) from = null;
  }

  function observe() {
    watch = new MutationObserver(look);
    const how = { attributes: true, attributeFilter: ["disabled", "style", "class"] };
    for (const part of whole.children) watch.observe(part, how);
    for (const room of whole.querySelectorAll(ROOMS)) watch.observe(room, { ...how, subtree: true });
  }

  function look() {
    const active = document.activeElement, isFree = active === document.body || active === last;
    if (!last || !isFree || (isThere(last) && (!from || last === stand))) return;
    from ??= last;
    if (isThere(from)) {
      stand = null;
      from.focus({ preventScroll: true });
      from = null;
      return;
    }
    if (from.closest(".stnb-out")) return; // it is there again as soon as the file is written
    const near = from.closest(".stnb-below") ? "[role=tab][aria-selected=true]" : ".stnb-run button";
    const other = [...whole.querySelectorAll(near)].find(isThere);
    if (!other) return;
    stand = other;
    other.focus({ preventScroll: true });
  }

  document.addEventListener("focusin", came);
  return () => {
    document.removeEventListener("focusin", came);
    watch?.disconnect();
  };
}
