// The page's half of grid.py: it asks the kernel for the rows in view and for nothing else.
const ROW = 26; // px, as --stnb-row in grid.css
const HEAD = 44; // px, the header's height in grid.css
const AHEAD = 24; // rows asked for above and below the view
const TALLEST = 12_000_000; // px; browsers cut taller elements off, so longer tables scroll in proportion
const PATIENCE = 5000; // ms without an answer before the page says so and may ask again

function skeleton(label) {
  const search = make("input", "", { type: "search", placeholder: "Search all columns", "aria-label": "Search all columns" });
  const info = make("span", "", { role: "status", "aria-live": "polite" });
  const head = make("div", "stnb-grid-head", { role: "row", "aria-rowindex": 1 });
  const rows = make("div", "stnb-grid-rows", { role: "rowgroup" });
  const space = make("div", "stnb-grid-space", { role: "presentation" }, rows);
  const view = make("div", "stnb-grid-view", { role: "grid", tabindex: 0, "aria-label": label, "aria-readonly": true },
    make("div", "", { role: "rowgroup", style: "position:sticky;top:0;z-index:2;width:max-content" }, head), space);
  const cell = make("section", "stnb-grid-cell", { "aria-label": "Whole cell", hidden: "" });
  const root = make("div", "stnb stnb-grid", { "data-lm-suppress-shortcuts": "true" },
    make("div", "stnb-grid-bar", {}, search, info), view, cell);
  return { root, search, info, head, rows, space, view, cell };
}

function render({ model, el }) {
  const id = "g" + Math.random().toString(36).slice(2);
  const ui = skeleton(model.get("label"));
  el.append(ui.root);
  let about, count, wide; // what the kernel holds: columns, rows; the width of the row numbers
  let win, total, sort, at; // the rows here, how many match, [column, ascending], the active cell
  let waiting = false, again = false, fresh = true, timer = 0, guard = 0;

  // ---- place: a scroll position is a row, also where the table is taller than an element may be
  const tall = () => Math.min(total * ROW, TALLEST);
  const inView = () => Math.max(1, (ui.view.clientHeight - HEAD) / ROW);
  const topRow = () => {
    const travel = tall() - inView() * ROW;
    return travel > 0 ? (Math.min(ui.view.scrollTop, travel) / travel) * (total - inView()) : 0;
  };
  const scrollOf = (row) => (total > inView() ? (row / (total - inView())) * (tall() - inView() * ROW) : 0);
  const place = () => { ui.rows.style.transform = `translateY(${ui.view.scrollTop - (topRow() - win.start) * ROW}px)`; };

  // ---- ask: one question at a time; while it is open the latest wish waits
  function ask() {
    if (waiting) { again = true; return; }
    const first = Math.floor(topRow()), last = Math.ceil(topRow() + inView());
    const near = [Math.max(0, first - AHEAD / 2), Math.min(total, last + AHEAD / 2)];
    if (!fresh && near[0] >= win.start && near[1] <= win.start + win.rows.length) return;
    waiting = true;
    fresh = false;
    guard = setTimeout(() => { waiting = false; fresh = true; say("Waiting for the kernel…"); }, PATIENCE);
    send({ kind: "rows", turn: about.turn, start: Math.max(0, first - AHEAD), stop: last + AHEAD, sort, search: ui.search.value.trim() });
  }

  function send(question) {
    try {
      model.send({ ...question, view: id });
    } catch {
      say("The kernel is gone. Run the cell again.", true); // shut down or restarted
    }
  }

  function restart() {
    fresh = true;
    ui.view.scrollTop = 0;
    ask();
  }

  function answer(message) {
    if (message.view !== id) return;
    clearTimeout(guard);
    waiting = false;
    if (message.kind === "error") return say(message.text, true);
    if (message.kind === "cell") return open(message);
    if (message.turn === about.turn) take(message);
    if (again) { again = false; ask(); }
  }

  function take(message) {
    win = { start: message.start, rows: message.rows };
    total = message.total;
    resize();
    draw();
    tell();
    cover();
  }

  // ---- show
  function say(text, bad = false) {
    ui.info.textContent = text;
    ui.info.className = bad ? "bad" : "";
  }

  function tell() {
    const n = (x) => x.toLocaleString("en-US");
    say(total === about.rows ? `${n(total)} rows × ${n(count)} columns` : `${n(total)} of ${n(about.rows)} rows`);
  }

  function cover() {
    // The static copy beside this grid steps back only once live rows are on the page.
    const name = model.get("covers");
    if (name && !ui.root.querySelector("style")) ui.root.append(make("style", "", {}, `.${name} { display: none; }`));
  }

  function resize() {
    ui.space.style.height = `${tall()}px`;
    ui.view.style.height = `${Math.min(model.get("height"), HEAD + Math.max(total, 2) * ROW + 18)}px`;
    ui.view.setAttribute("aria-rowcount", total + 1);
  }

  function drawHead() {
    wide = 22 + 7 * String(about.rows).length;
    const corner = make("div", "count", { role: "columnheader", style: `width:${wide}px`, "aria-label": "Row" }, "#");
    ui.head.replaceChildren(corner, ...about.columns.map((column, i) => {
      const h = make("div", column.right ? "right" : "", { role: "columnheader", id: `${id}-h-${i}`, style: `width:${column.width}px`,
        "aria-colindex": i + 2, "aria-sort": "none", title: `${column.name} · ${column.kind} · click to sort` },
      make("b", "", {}, column.name), make("small", "", {}, column.kind));
      h.onclick = () => sortBy(i);
      return h;
    }));
    ui.view.setAttribute("aria-colcount", count + 1);
    ui.space.style.width = `${about.columns.reduce((sum, c) => sum + c.width, wide)}px`;
  }

  function drawRow(row, k) {
    const line = make("div", "stnb-grid-row", { role: "row", "aria-rowindex": k + 2 },
      make("div", "count", { role: "rowheader", style: `width:${wide}px` }, (k + 1).toLocaleString("en-US")));
    row.forEach((text, i) => {
      const { width, right, look } = about.columns[i];
      const cell = make("div", [right ? "right" : "", look, text === null ? "none" : ""].join(" ").trim(),
        { role: "gridcell", id: `${id}-${k}-${i}`, style: `width:${width}px`, "aria-colindex": i + 2 }, text === null ? "–" : text.replace(/\s*\n\s*/g, " ⏎ "));
      cell.title = text === null ? "missing" : text;
      if (text === null) cell.setAttribute("aria-label", "missing");
      line.append(cell);
    });
    return line;
  }

  function draw() {
    const lines = win.rows.map((row, k) => drawRow(row, win.start + k));
    const words = ui.search.value.trim();
    if (!total) lines.push(make("div", "stnb-grid-empty", {}, words ? `No row holds “${words}”.` : "No rows."));
    ui.rows.replaceChildren(...lines);
    place();
    mark();
  }

  // ---- the keyboard: one active cell, the header is row -1
  const node = ({ row, col }) => ui.root.querySelector(`#${id}-${row < 0 ? "h" : row}-${col}`);

  function mark() {
    ui.root.querySelectorAll(".here").forEach((n) => n.classList.remove("here"));
    const here = at && node(at);
    if (here && document.activeElement === ui.view) here.classList.add("here");
    if (here) ui.view.setAttribute("aria-activedescendant", here.id);
    else ui.view.removeAttribute("aria-activedescendant");
  }

  function reveal() {
    const row = at.row, top = topRow(), seen = inView();
    if (row >= 0 && row < top) ui.view.scrollTop = scrollOf(row);
    else if (row + 1 > top + seen) ui.view.scrollTop = scrollOf(Math.max(0, row + 1 - seen)) + 1;
    const left = about.columns.slice(0, at.col).reduce((sum, c) => sum + c.width, 0), width = about.columns[at.col].width;
    if (left < ui.view.scrollLeft) ui.view.scrollLeft = left;
    else if (wide + left + width > ui.view.scrollLeft + ui.view.clientWidth) ui.view.scrollLeft = wide + left + width - ui.view.clientWidth;
  }

  function move(rows, cols) {
    const from = at || { row: 0, col: 0 };
    at = { row: Math.max(-1, Math.min(total - 1, from.row + rows)), col: Math.max(0, Math.min(count - 1, from.col + cols)) };
    reveal();
    mark();
    ask();
  }

  function sortBy(i) {
    sort = !sort || sort[0] !== i ? [i, true] : sort[1] ? [i, false] : null;
    about.columns.forEach((_, j) => node({ row: -1, col: j }).setAttribute("aria-sort", sort && sort[0] === j ? (sort[1] ? "ascending" : "descending") : "none"));
    restart();
  }

  const look = () => send({ kind: "cell", turn: about.turn, row: at.row, col: at.col, sort, search: ui.search.value.trim() });

  function open(message) {
    const close = make("button", "", { type: "button" }, "Close");
    close.onclick = () => { ui.cell.hidden = true; ui.view.focus(); };
    const where = `${about.columns[message.col].name} · row ${(message.row + 1).toLocaleString("en-US")}`;
    ui.cell.replaceChildren(make("header", "", {}, where, close), make("pre", "", { tabindex: 0 }, message.text === null ? "missing" : message.text));
    ui.cell.hidden = false;
  }

  function copy(event) {
    const here = at && at.row >= 0 && win.rows[at.row - win.start];
    if (!here || String(document.getSelection())) return;
    event.clipboardData.setData("text/plain", here[at.col] ?? "");
    event.preventDefault();
  }

  const page = () => Math.max(1, Math.floor(inView()) - 1);
  const keys = {
    ArrowDown: () => move(1, 0), ArrowUp: () => move(-1, 0), ArrowRight: () => move(0, 1), ArrowLeft: () => move(0, -1),
    PageDown: () => move(page(), 0), PageUp: () => move(-page(), 0),
    Home: (e) => move(e.ctrlKey || e.metaKey ? -total : 0, -count), End: (e) => move(e.ctrlKey || e.metaKey ? total : 0, count),
    Enter: () => at && (at.row < 0 ? sortBy(at.col) : look()), Escape: () => { ui.cell.hidden = true; },
  };

  ui.view.onkeydown = (event) => {
    if (!keys[event.key] || !count) return;
    event.preventDefault();
    keys[event.key](event);
  };
  ui.rows.onmousedown = (event) => {
    const [, row, col] = (event.target.id || "").split("-");
    if (row === undefined) return;
    at = { row: +row, col: +col };
    ui.view.focus({ preventScroll: true });
    mark();
  };
  ui.rows.ondblclick = () => at && look();
  ui.view.oncopy = copy;
  ui.view.onfocus = mark;
  ui.view.onblur = mark;
  ui.view.onscroll = () => requestAnimationFrame(() => { place(); ask(); });
  ui.search.oninput = () => { clearTimeout(timer); timer = setTimeout(restart, 200); };

  function begin() {
    about = model.get("about");
    count = about.columns.length;
    total = about.rows;
    win = { start: 0, rows: [] };
    sort = at = null;
    waiting = again = false;
    ui.cell.hidden = true;
    ui.search.value = "";
    drawHead();
    resize();
    restart();
  }

  const named = () => ui.view.setAttribute("aria-label", model.get("label"));
  model.on("msg:custom", answer);
  model.on("change:about", begin);
  model.on("change:label", named);
  const watch = new ResizeObserver(() => { place(); ask(); });
  begin();
  watch.observe(ui.view);
  return () => {
    watch.disconnect();
    model.off("msg:custom", answer);
    model.off("change:about", begin);
    model.off("change:label", named);
  };
}

export default { render };
