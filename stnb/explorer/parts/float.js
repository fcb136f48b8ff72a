// A panel that floats above the page beside what opened it, so that no cell cuts it off. Escape and a click elsewhere close it.
function floating(panel, closed) {
  const can = "popover" in HTMLElement.prototype;
  let anchor = null;
  if (can) panel.popover = "manual";
  else panel.hidden = true;

  function settle() {
    const box = anchor.getBoundingClientRect(), wide = panel.offsetWidth;
    if (box.bottom < 0 || box.top > window.innerHeight) return close(false); // scrolled out of sight
    const below = window.innerHeight - box.bottom - 14, above = box.top - 14, down = below > 300 || below >= above;
    Object.assign(panel.style, { left: `${Math.max(8, Math.min(box.left, window.innerWidth - wide - 8))}px`, maxHeight: `${Math.min(460, down ? below : above)}px`,
      top: down ? `${box.bottom + 5}px` : "auto", bottom: down ? "auto" : `${window.innerHeight - box.top + 5}px` });
  }

  const follow = (event) => { if (anchor && !panel.contains(event.target)) settle(); };
  const elsewhere = (event) => { if (!panel.contains(event.target) && !anchor?.contains(event.target)) close(false); };
  const left = (event) => { if (event.relatedTarget && !panel.contains(event.relatedTarget) && event.relatedTarget !== anchor) close(false); };
  const key = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") { event.preventDefault(); close(true); }
  };

  function open(button) {
    if (anchor) close(false);
    anchor = button;
    anchor.setAttribute("aria-expanded", "true");
    if (can) panel.showPopover();
    else panel.hidden = false;
    settle();
    document.addEventListener("scroll", follow, true);
    document.addEventListener("pointerdown", elsewhere, true);
    window.addEventListener("resize", settle);
  }

  function close(back = true) {
    if (!anchor) return;
    const button = anchor;
    anchor = null;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("scroll", follow, true);
    document.removeEventListener("pointerdown", elsewhere, true);
    window.removeEventListener("resize", settle);
    if (back) button.focus({ preventScroll: true });
    else panel.contains(document.activeElement) && document.activeElement.blur(); // what is typed counts
    if (can) panel.hidePopover();
    else panel.hidden = true;
    closed(button);
  }

  panel.onkeydown = key;
  panel.addEventListener("focusout", left);
  return { open, close, settle, get isOpen() { return !!anchor; }, get anchor() { return anchor; }, adopt(button) { anchor = button; button.setAttribute("aria-expanded", "true"); } };
}
