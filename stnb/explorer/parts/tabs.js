// Tabs after the ARIA pattern: one is in the order of Tab, arrows go to the others.
const TABS = { table: "Table", chart: "Chart", columns: "Columns", neighbours: "Neighbours", code: "Code" };

function render({ model, el }) {
  const buttons = Object.entries(TABS).map(([view, text]) => make("button", "", { type: "button", role: "tab", "data-view": view }, text));
  const tabs = make("div", "tabs", { role: "tablist", "aria-label": "View" }, ...buttons);
  const out = make("button", "out", { type: "button" }, "Export ", make("span", "", { "aria-hidden": "true" }, "▾"));
  el.append(make("div", "stnb stnb-tabs", { "data-lm-suppress-shortcuts": "true" }, tabs, out));

  function choose(view) {
    model.set("value", view);
    model.save_changes();
  }

  // On a narrow page the row of tabs scrolls, and the chosen one is not to be cut off.
  function reveal(button) {
    const row = tabs.parentElement, last = button.offsetLeft + button.offsetWidth - row.clientWidth;
    row.scrollLeft = Math.max(Math.min(row.scrollLeft, button.offsetLeft), last);
  }

  function show() {
    const columns = model.get("columns");
    for (const button of buttons) {
      const { view } = button.dataset, on = view === model.get("value");
      button.hidden = view === "code" && model.get("plain") && !on; // it has a link elsewhere
      button.setAttribute("aria-selected", on);
      button.tabIndex = on ? 0 : -1;
      if (view === "columns") button.replaceChildren(TABS.columns, ...(columns ? [make("small", "", {}, ` ${columns}`)] : []));
    }
    reveal(buttons.find((button) => button.tabIndex === 0));
    out.hidden = !model.get("leads_out");
    out.setAttribute("aria-expanded", model.get("export"));
  }

  for (const button of buttons) button.onclick = () => choose(button.dataset.view);
  out.onclick = () => {
    model.set("export", !model.get("export"));
    model.save_changes();
  };
  tabs.onkeydown = (event) => {
    const seen = buttons.filter((b) => !b.hidden), here = seen.findIndex((b) => b.tabIndex === 0), last = seen.length - 1;
    const to = { ArrowRight: here === last ? 0 : here + 1, ArrowLeft: here ? here - 1 : last, Home: 0, End: last }[event.key];
    event.stopPropagation();
    if (to === undefined) return;
    event.preventDefault();
    choose(seen[to].dataset.view);
    seen[to].focus();
  };
  for (const name of ["value", "columns", "export", "leads_out"]) model.on(`change:${name}`, show);
  show();
  requestAnimationFrame(show); // before it is on the page nothing has a width
  return () => { for (const name of ["value", "columns", "export", "leads_out"]) model.off(`change:${name}`, show); };
}

export default { render };
