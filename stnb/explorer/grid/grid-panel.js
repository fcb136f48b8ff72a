// The "Columns" panel of grid.js.
const HELP = "On a header: Enter sorts, Shift+F10 opens its menu, Shift+arrows move it, Ctrl+arrows resize it, Del hides it.";

function gridPanel(g) {
  const { ui } = g;
  const search = make("input", "", { type: "search", placeholder: "Find a column, Enter goes to it", "aria-label": "Find a column" });
  const list = make("ul", "", { "aria-label": "Columns" });
  const all = make("button", "", { type: "button" }, "Show all"), none = make("button", "", { type: "button" }, "Hide all"), reset = make("button", "", { type: "button" }, "Reset columns");
  ui.panel.append(search, make("div", "all", {}, all, none, reset), list, make("p", "", {}, HELP));

  const matches = (i) => g.about.columns[i].name.toLowerCase().includes(search.value.trim().toLowerCase());

  function draw() {
    const hidden = g.st.hidden.length;
    ui.columns.textContent = hidden ? `Columns (${hidden} hidden)` : "Columns";
    if (ui.panel.hidden) return;
    const lines = g.st.order.filter(matches).map((i) => {
      const box = make("input", "", { type: "checkbox" });
      box.checked = !g.st.hidden.includes(i);
      box.onchange = () => (box.checked ? g.unhide(i) : g.hide(i));
      const go = make("button", "go", { type: "button", "aria-label": `Go to ${g.about.columns[i].name}`, title: "Go to this column" }, "→");
      go.onclick = () => { open(false); goTo(i); };
      return make("li", "", {}, make("label", "", {}, box, make("span", "", {}, g.about.columns[i].name), make("small", "", {}, g.about.columns[i].kind)), go);
    });
    const focused = [...list.querySelectorAll("input")].indexOf(document.activeElement);
    list.replaceChildren(...lines);
    if (focused >= 0) list.querySelectorAll("input")[focused]?.focus({ preventScroll: true });
    if (!lines.length) list.append(make("li", "none", {}, "No column has such a name."));
  }

  function goTo(i) {
    if (g.st.hidden.includes(i)) g.unhide(i);
    g.at = { row: -1, col: g.cols.indexOf(i) };
    if (g.at.col >= g.pins) ui.view.scrollLeft = g.headPart.left(i) - g.wide - g.headPart.pinnedWidth();
    ui.view.focus({ preventScroll: true });
    g.settle();
    g.bars.ask();
    g.mark();
  }

  function open(yes) {
    ui.panel.hidden = !yes;
    ui.columns.setAttribute("aria-expanded", yes);
    if (!yes) return;
    search.value = "";
    draw();
    search.focus({ preventScroll: true });
  }

  ui.columns.onclick = () => open(ui.panel.hidden);
  search.oninput = draw;
  all.onclick = () => { g.st.hidden = g.st.hidden.filter((i) => !matches(i)); g.arrange(); };
  none.onclick = () => { g.st.hidden = [...new Set([...g.st.hidden, ...g.st.order.filter(matches)])]; g.arrange(); };
  reset.onclick = () => { Object.assign(g.st, { hidden: [], order: [...g.about.usual], widths: {} }); g.arrange(); };
  ui.panel.onkeydown = (event) => {
    const first = g.st.order.find(matches);
    if (event.key === "Enter" && event.target === search && first !== undefined) { event.preventDefault(); open(false); goTo(first); return; }
    if (event.key === "Escape") { event.stopPropagation(); open(false); ui.columns.focus(); }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const boxes = [search, ...list.querySelectorAll("input")], here = boxes.indexOf(document.activeElement);
    boxes[Math.max(0, Math.min(boxes.length - 1, here + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
    event.preventDefault();
  };
  ui.panel.onfocusout = (event) => { if (event.relatedTarget && !ui.panel.contains(event.relatedTarget) && event.relatedTarget !== ui.columns) open(false); };

  return { draw, open };
}
