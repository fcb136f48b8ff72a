// The active cell of grid.js: moving it by key and mouse, opening and copying it.
function gridKeys(g, menu) {
  const { ui } = g;

  const node = ({ row, col }) => ui.root.querySelector(`#${g.id}-${row < 0 ? "h" : row}-${col}`);

  function mark() {
    ui.view.querySelectorAll(".here").forEach((n) => n.classList.remove("here"));
    const here = g.at && node(g.at);
    if (here && document.activeElement === ui.view) here.classList.add("here");
    if (here) ui.view.setAttribute("aria-activedescendant", here.id);
    else ui.view.removeAttribute("aria-activedescendant");
  }
  g.mark = mark;

  g.reveal = () => {
    if (!g.at || g.at.col < 0) return;
    const row = g.at.row, top = g.topRow(), seen = g.inView(), width = g.headPart.width;
    if (row >= 0 && row < top) ui.view.scrollTop = g.scrollOf(row);
    else if (row + 1 > top + seen) ui.view.scrollTop = g.scrollOf(Math.max(0, row + 1 - seen)) + 1;
    const left = g.cols.slice(0, g.at.col).reduce((sum, i) => sum + width(i), 0), own = width(g.cols[g.at.col]);
    if (g.at.col < g.pins) return;
    const pinned = g.headPart.pinnedWidth();
    if (left - pinned < ui.view.scrollLeft) ui.view.scrollLeft = left - pinned;
    else if (g.wide + left + own > ui.view.scrollLeft + ui.view.clientWidth) ui.view.scrollLeft = g.wide + left + own - ui.view.clientWidth;
  };

  function move(rows, cols) {
    const from = g.at || { row: 0, col: 0 };
    g.at = { row: Math.max(-1, Math.min(g.total - 1, from.row + rows)), col: Math.max(0, Math.min(g.cols.length - 1, from.col + cols)) };
    g.reveal();
    g.settle();
    mark();
    g.askRows();
  }

  g.look = () => g.ask("cell", { row: g.at.row, col: g.cols[g.at.col] });

  g.open = (message) => {
    const close = make("button", "", { type: "button" }, "Close"), copy = make("button", "", { type: "button" }, "Copy");
    close.onclick = () => { ui.cell.hidden = true; ui.view.focus({ preventScroll: true }); };
    copy.onclick = () => menu.copy("cell", message.row, message.col);
    const where = make("span", "", {}, make("b", "", {}, g.about.columns[message.col].name), ` · row ${(message.row + 1).toLocaleString("en-US")}`);
    ui.cell.replaceChildren(make("header", "", {}, where, make("div", "", {}, copy, close)),
      make("pre", message.text === null ? "none" : "", { tabindex: 0, role: "region", "aria-label": "Value" }, message.text ?? "missing"));
    ui.cell.hidden = false;
  };

  function copy(event) {
    if (!g.at || String(document.getSelection())) return;
    if (event.clipboardData) event.preventDefault();
    const i = g.cols[g.at.col];
    menu.copy(g.at.row < 0 ? "column" : "cell", g.at.row, i);
  }

  function showMenu() {
    const box = node(g.at)?.getBoundingClientRect();
    if (!box) return;
    if (g.at.row < 0) menu.columnMenu(g.cols[g.at.col], box.left + 8, box.bottom);
    else menu.cellMenu(g.at.row, g.cols[g.at.col], box.left + 8, box.bottom);
  }

  const page = () => Math.max(1, Math.floor(g.inView()) - 1);
  const onHead = (event, key) => key && g.at?.row === -1;
  function sideways(event, by) {
    if (onHead(event, event.shiftKey)) g.headPart.move(g.at.col, g.at.col + by);
    else if (onHead(event, event.ctrlKey || event.metaKey)) g.headPart.wider(g.cols[g.at.col], 24 * by);
    else return move(0, by);
    g.reveal();
    g.settle();
    mark();
  }
  const keys = {
    ArrowDown: () => move(1, 0), ArrowUp: () => move(-1, 0), ArrowRight: (e) => sideways(e, 1), ArrowLeft: (e) => sideways(e, -1),
    PageDown: () => move(page(), 0), PageUp: () => move(-page(), 0),
    Home: (e) => move(e.ctrlKey || e.metaKey ? -g.total : 0, -g.cols.length), End: (e) => move(e.ctrlKey || e.metaKey ? g.total : 0, g.cols.length),
    Enter: () => g.at && (g.at.row < 0 ? g.sortBy(g.cols[g.at.col]) : g.look()), Escape: () => { ui.cell.hidden = true; },
    Delete: () => g.at?.row === -1 && g.hide(g.cols[g.at.col]), ContextMenu: () => g.at && showMenu(),
    F10: (e) => e.shiftKey && g.at && showMenu(),
  };

  ui.view.onkeydown = (event) => {
    if (!keys[event.key] || !g.cols.length) return;
    event.preventDefault();
    keys[event.key](event);
  };

  function activate(event) {
    const cell = event.target.closest("[data-col]"), row = event.target.closest("[data-row]");
    if (!row) return null;
    g.at = { row: +row.dataset.row, col: cell ? g.cols.indexOf(+cell.dataset.col) : 0 };
    ui.view.focus({ preventScroll: true });
    mark();
    return { row: g.at.row, col: cell ? +cell.dataset.col : undefined };
  }
  ui.rows.onmousedown = activate;
  ui.rows.ondblclick = (event) => {
    if (!event.target.closest("[data-col]")) return;
    document.getSelection().removeAllRanges(); // the browser has selected the word under the pointer
    g.look();
  };
  ui.rows.oncontextmenu = (event) => {
    const where = event.shiftKey ? null : activate(event); // with Shift the browser's own menu opens
    if (!where) return;
    event.preventDefault();
    event.stopPropagation();
    menu.cellMenu(where.row, where.col, event.clientX, event.clientY);
  };
  ui.view.oncopy = copy;
  ui.view.onfocus = mark;
  ui.view.onblur = mark;
}
