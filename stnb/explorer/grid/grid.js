// The page's half of grid.py: it asks the kernel for the rows in view and for nothing else. Its parts stand before it (see SCRIPTS).
const ROW = 26; // px, as --stnb-row in grid.css
const HEAD = 44, BARS = 76; // px, the heights of the header's two rows in grid.css
const AHEAD = 24; // rows asked for above and below the view
const JUMP = 4; // the same after a jump to other rows: those in view come first
const ASIDE = 400; // px left and right of the view in which cells are drawn
const TALLEST = 12_000_000; // px; browsers cut taller elements off, so longer tables scroll in proportion
const PATIENCE = 5000; // ms without an answer before the page says so and may ask again
const TYPING = 120; // ms after the last letter before a search
const FLASH = 2500; // ms that a short message stands before the row count comes back

function skeleton(label) {
  const search = make("input", "", { type: "search", placeholder: "Search all columns", "aria-label": "Search all columns" });
  const info = make("span", "", { role: "status", "aria-live": "polite" });
  const more = make("button", "more", { type: "button", title: "Pull all rows in place of the first ones", hidden: "" });
  const columns = make("button", "", { type: "button", "aria-expanded": false, "aria-haspopup": "dialog" }, "Columns");
  const chips = make("div", "stnb-grid-chips", { role: "group", "aria-label": "On show", hidden: "" });
  const head = make("div", "stnb-grid-head", { role: "row", "aria-rowindex": 1 });
  const bars = make("div", "stnb-grid-bars", { "aria-hidden": "true" });
  const rows = make("div", "stnb-grid-rows", { role: "rowgroup" });
  const space = make("div", "stnb-grid-space", { role: "presentation" }, rows);
  const view = make("div", "stnb-grid-view", { role: "grid", tabindex: 0, "aria-label": label, "aria-readonly": true },
    make("div", "stnb-grid-top", { role: "rowgroup" }, head, bars), space);
  const cell = make("section", "stnb-grid-cell", { "aria-label": "Whole cell", hidden: "" });
  const menu = make("div", "stnb-grid-menu", { hidden: "" });
  const panel = make("div", "stnb-grid-panel", { role: "dialog", "aria-label": "Columns", hidden: "" });
  const root = make("div", "stnb stnb-grid", { "data-lm-suppress-shortcuts": "true" },
    make("div", "stnb-grid-bar", {}, search, info, more, columns), panel, chips, view, cell, menu);
  return { root, search, info, more, columns, chips, head, bars, rows, space, view, cell, menu, panel };
}

// After the next frame is on the page.
const afterPaint = (work) => requestAnimationFrame(() => setTimeout(work));

function render({ model, el }) {
  const ui = skeleton(model.get("label"));
  el.append(ui.root);
  // What the parts share: the columns, the state by their places, those on show, the active cell (row -1: the header).
  const g = { ui, id: "g" + Math.random().toString(36).slice(2), about: null, st: null, cols: [], at: null, wide: 0, total: 0, step: 0 };
  let win; // the rows here; `part` says that they have the cells in view alone
  let drawn = { left: 0, right: 0 }; // px: what of their width is on the page
  let shownSearch = "", shownNames = ""; // what was last scrolled to, and the columns that were there
  let waiting = false, again = false, fresh = true, ready = false, typing = 0, guard = 0, flashing = 0;
  g.headPart = gridHead(g);
  const rows = gridRows(g);
  g.bars = gridBars(g);
  const menu = gridMenu(g), panel = gridPanel(g);
  g.columnMenu = menu.columnMenu;

  // ---- place: a scroll position is a row, also where the table is taller than an element may be
  const head = () => HEAD + (ui.bars.hidden ? 0 : BARS);
  const tall = () => Math.min(g.total * ROW, TALLEST);
  const inView = () => Math.max(1, (ui.view.clientHeight - head()) / ROW);
  const topRow = () => {
    const travel = tall() - inView() * ROW;
    return travel > 0 ? (Math.min(ui.view.scrollTop, travel) / travel) * (g.total - inView()) : 0;
  };
  const scrollOf = (row) => (g.total > inView() ? (row / (g.total - inView())) * (tall() - inView() * ROW) : 0);
  Object.assign(g, { topRow, inView, scrollOf });
  const seen = () => ({ left: ui.view.scrollLeft, right: ui.view.scrollLeft + ui.view.clientWidth });
  const place = () => { ui.rows.style.transform = `translateY(${ui.view.scrollTop - (topRow() - win.start) * ROW}px)`; };

  // ---- ask: one question at a time; while it is open the latest wish waits
  function ask() {
    if (waiting) { again = true; return; }
    const first = Math.floor(topRow()), last = Math.ceil(topRow() + inView());
    const near = [Math.max(0, first - AHEAD / 2), Math.min(g.total, last + AHEAD / 2)];
    if (!fresh && !win.part && near[0] >= win.start && near[1] <= win.start + win.rows.length) return g.bars.ask();
    const jump = fresh || first > win.start + win.rows.length || last < win.start, ahead = jump ? JUMP : AHEAD;
    const columns = jump ? { columns: stretch().cells.map(([i]) => i) } : {};
    question({ kind: "rows", start: Math.max(0, first - ahead), stop: last + ahead, step: g.step, part: g.part, ...columns });
  }

  function question(message) {
    waiting = true;
    fresh = false;
    clearTimeout(guard);
    guard = setTimeout(() => { waiting = false; fresh = true; say("Waiting for the kernel…"); }, PATIENCE);
    g.send({ ...message, ...g.filters(), sort: g.st.sort });
  }

  g.filters = () => ({ search: g.st.search, picks: g.st.picks });
  g.askRows = ask;
  // While a search goes on, a row's place here is not its place among all that are found.
  g.ask = (kind, more) => (g.part ? g.flash("Still searching …") : g.send({ kind, ...more, ...g.filters(), sort: g.st.sort }));
  g.send = (message) => {
    try {
      model.send({ turn: g.about.turn, ...message, view: g.id });
    } catch {
      say("The kernel is gone. Run the cell again.", true); // shut down or restarted
    }
  };

  function restart() {
    fresh = true;
    g.part = false;
    ui.view.scrollTop = 0;
    ask();
  }

  function answer(message) {
    if (message.kind === "state") return adopt(message);
    if (message.view && message.view !== g.id) return; // an error of no page's question goes to all
    const part = { summary: g.bars.take, cell: g.open, copy: menu.copied, pick: (m) => m.pick && g.pick(m.col, [m.pick]) }[message.kind];
    if (part) return part(message);
    clearTimeout(guard);
    waiting = false;
    if (message.kind === "error") say(message.sentences.join(" "), true);
    else if (message.turn === g.about.turn) (message.kind === "open" ? opened : take)(message);
    if (again) { again = false; ask(); }
  }

  function take(message) {
    win = { start: message.start, rows: message.columns ? message.rows.map((row) => placed(row, message.columns)) : message.rows, part: !!message.columns };
    g.total = message.total;
    g.part = !!message.part; // the rows so far: the next answer has more of them
    g.found = g.st.search ? message.found ?? [] : [];
    if (g.part) fresh = true;
    resize();
    toFound();
    draw();
    tell();
    cover();
    afterPaint(ask); // what is asked for next, and what that question does to the page, is not to hold up these rows
  }

  // A row of some columns, its cells by the places of all columns.
  function placed(row, columns) {
    const cells = [];
    columns.forEach((i, k) => { cells[i] = row[k]; });
    return cells;
  }

  // A match out of sight comes into view, once for each search.
  function toFound() {
    if (g.st.search === shownSearch || (g.part && !g.total)) return;
    shownSearch = g.st.search;
    const { left, right } = seen(), places = g.cols.filter((i) => g.found.includes(i));
    const pinned = g.headPart.pinnedWidth();
    const inSight = places.some((i) => { const x = g.headPart.left(i); return g.cols.indexOf(i) < g.pins || (x >= left + pinned && x + 40 < right); });
    if (g.total && places.length && !inSight) ui.view.scrollLeft = g.headPart.left(places[0]) - g.wide - pinned;
  }

  // ---- the state: the kernel keeps it for all pages, by names; here it goes by the columns' places
  function opened(message) {
    ready = true;
    show(message);
    take(message);
  }

  function adopt(message) {
    if (message.turn !== g.about.turn || !g.st) return;
    gridChips(ui.chips, message.chips, drop);
    if (message.by === g.id) return;
    show(message);
    restart();
  }

  function show({ state, chips }) {
    g.st = state;
    g.step += 1;
    if (!typing && ui.search.value.trim().replaceAll("−", "-") !== state.search) ui.search.value = state.search;
    gridChips(ui.chips, chips, drop);
    layOut();
  }

  function layOut() {
    const pinned = g.st.pinned.filter((i) => !g.st.hidden.includes(i));
    g.cols = [...pinned, ...g.st.order.filter((i) => !g.st.hidden.includes(i) && !pinned.includes(i))];
    g.pins = pinned.length; // so many of them stay in view
    if (g.at) g.at.col = Math.min(g.at.col, g.cols.length - 1);
    g.headPart.draw();
    g.bars.draw();
    panel.draw();
  }

  // The kernel takes a part of the view away, for this page as for the others.
  function drop(key) {
    if (ui.chips.contains(document.activeElement)) ui.view.focus({ preventScroll: true });
    g.send({ kind: "drop", key });
  }

  g.keep = () => g.send({ kind: "state", state: g.st });
  g.arrange = () => { layOut(); draw(); tell(); g.bars.ask(); g.keep(); };
  g.pin = (i) => { g.st.pinned = g.st.pinned.includes(i) ? g.st.pinned.filter((j) => j !== i) : [...g.st.pinned, i]; g.arrange(); };
  g.hide = (i) => { g.st.hidden = [...new Set([...g.st.hidden, i])]; g.arrange(); };
  g.unhide = (i) => { g.st.hidden = g.st.hidden.filter((j) => j !== i); g.arrange(); };
  g.pickAll = (picks) => { g.st.picks = picks; filtered(); };
  g.pick = (i, picks) => {
    const { [i]: _, ...rest } = g.st.picks;
    g.pickAll(picks.length ? { ...rest, [i]: picks } : rest);
  };
  g.sortTo = (i, ascending) => { sort(g.st.sort?.[0] === i && g.st.sort[1] === ascending ? null : [i, ascending]); };
  g.sortBy = (i) => sort(g.st.sort?.[0] !== i ? [i, true] : g.st.sort[1] ? [i, false] : null);

  function sort(by) {
    g.st.sort = by;
    g.headPart.draw();
    g.mark();
    restart();
    g.keep();
  }

  function filtered() {
    g.step += 1;
    g.bars.draw();
    restart();
    g.keep();
  }

  // ---- show
  // What stands there already is left alone, or a screen reader would read it again.
  function say(text, bad = false, which = "") {
    if (ui.info.textContent === text + which && ui.info.classList.contains("bad") === bad) return;
    ui.info.replaceChildren(text, ...(which ? [make("i", "which", {}, which)] : []));
    ui.info.className = bad ? "bad" : "";
  }

  g.flash = (text) => {
    clearTimeout(flashing);
    say(text);
    flashing = setTimeout(tell, FLASH);
  };

  function tell() {
    const n = g.bars.n, { rows, columns } = g.about;
    const wide = g.cols.length === columns.length ? n(columns.length) : `${n(g.cols.length)} of ${n(columns.length)}`;
    const which = g.about.which ? ` · ${g.about.which}` : "";
    if (g.part) return say(`${n(g.total)} ${g.total === 1 ? "row" : "rows"} so far, searching …`);
    const all = `${n(rows)} ${rows === 1 ? "row" : "rows"} × ${wide} ${columns.length === 1 ? "column" : "columns"}`;
    say((g.total === rows ? all : `${n(g.total)} of ${n(rows)} rows`) + foundIn(), false, which);
    ui.more.textContent = g.about.more ?? "";
    ui.more.hidden = !g.about.more;
  }

  function foundIn() {
    if (!g.found?.length || !g.total) return "";
    const names = g.found.slice(0, 3).map((i) => g.about.columns[i].name + (g.st.hidden.includes(i) ? " (hidden)" : ""));
    return ` · found in ${names.join(", ")}${g.found.length > 3 ? ` and ${g.found.length - 3} more` : ""}`;
  }

  function cover() {
    // The static copy beside this grid steps back only once live rows are on the page.
    const name = model.get("covers");
    if (name && !ui.root.querySelector("style")) ui.root.append(make("style", "", {}, `.${name} { display: none; }`));
  }

  function resize() {
    ui.space.style.height = `${tall()}px`;
    // As tall when little or nothing matches. How much of it is on the page is said in grid.css.
    ui.view.style.setProperty("--stnb-tall", `${head() + Math.min(Math.max(g.about.rows, 2) * ROW, TALLEST) + 18}px`);
    ui.view.style.setProperty("--stnb-most", `${model.get("height")}px`);
    ui.view.setAttribute("aria-rowcount", g.total + 1);
  }

  // Of each row only the cells in view and a little beside them: a table may have hundreds of columns.
  function stretch() {
    const { left, right } = seen(), cells = g.cols.slice(0, g.pins).map((i, pos) => [i, pos]);
    const start = g.wide + g.headPart.pinnedWidth();
    let from = start, gap = 0, end = start;
    g.cols.forEach((i, pos) => {
      if (pos < g.pins) return;
      const to = from + g.headPart.width(i);
      if (to >= left - ASIDE && from <= right + ASIDE) cells.push([i, pos]), end = to;
      else if (cells.length === g.pins) gap = to - start;
      from = to;
    });
    return { cells, gap, left: gap ? start + gap : 0, right: end === from ? Infinity : end };
  }

  // After a move sideways, or when columns became narrower.
  g.settle = () => {
    const { left, right } = seen();
    if (win.rows.length && (left < drawn.left || right > drawn.right)) draw();
  };

  function draw() {
    drawn = stretch();
    place();
    rows.draw(win, drawn, g.total ? "" : empty());
    g.mark();
  }

  function empty() {
    const words = g.st.search, picked = Object.keys(g.st.picks).length > 0;
    if (g.part) return "Searching …";
    return words ? `No row ${picked ? "with what is picked " : ""}holds “${words}”.` : picked ? "No row has all that is picked." : "No rows.";
  }

  gridKeys(g, menu);
  ui.more.onclick = () => g.send({ kind: "all" });
  ui.view.onscroll = () => { ask(); place(); g.settle(); }; // the question first: the kernel works on it meanwhile
  ui.view.addEventListener("wheel", () => menu.close(), { passive: true });
  function searched() {
    if (!ready) return void (typing = setTimeout(searched, TYPING)); // the columns are on their way, and the rest of the state with them
    typing = 0;
    g.st.search = ui.search.value.trim().replaceAll("−", "-"); // as the cells show a minus
    filtered();
  }
  ui.search.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(searched, TYPING);
  };

  function begin() {
    ready = false;
    g.about = model.get("about");
    g.total = g.about.rows;
    g.wide = 22 + 7 * String(g.about.rows).length;
    g.at = null;
    g.part = false;
    g.st = { search: "", sort: null, picks: {}, hidden: [], pinned: [], order: [...g.about.usual], widths: {} };
    win = { start: 0, rows: [] };
    again = false;
    ui.cell.hidden = true;
    g.bars.reset();
    menu.close();
    layOut();
    resize();
    ui.view.scrollTop = 0;
    const names = JSON.stringify(g.about.columns.map((c) => c.name)); // of another resource: its first columns
    if (names !== shownNames) ui.view.scrollLeft = 0;
    shownNames = names;
    question({ kind: "open", start: 0, stop: Math.ceil(inView()) + AHEAD });
  }

  const named = () => ui.view.setAttribute("aria-label", model.get("label"));
  const gone = () => ui.root.classList.add("stnb-gone"); // ipywidgets says so when the kernel ends; the static copy is seen then
  model.on("comm_live_update", gone);
  model.on("msg:custom", answer);
  model.on("change:about", begin);
  model.on("change:label", named);
  const watch = new ResizeObserver(() => { place(); g.settle(); ask(); });
  begin();
  watch.observe(ui.view);
  return () => {
    clearTimeout(typing);
    watch.disconnect();
    model.off("comm_live_update", gone);
    model.off("msg:custom", answer);
    model.off("change:about", begin);
    model.off("change:label", named);
  };
}

export default { render };
