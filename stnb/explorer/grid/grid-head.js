// The header of grid.js: names to sort by, to drag to another place, and edges to drag wider.
const DRAG = 6; // px before a press becomes a drag

function gridHead(g) {
  const { ui } = g;
  const width = (i) => g.st.widths[i] ?? g.about.columns[i].width;
  const setWidth = (i, px) => ui.root.style.setProperty(`--c${i}`, `${px}px`);

  function draw() {
    g.about.columns.forEach((_, i) => setWidth(i, width(i)));
    ui.head.replaceChildren(corner("#", { role: "columnheader", "aria-label": "Row", "aria-colindex": 1 }), ...g.cols.map(cell));
    ui.view.setAttribute("aria-colcount", g.cols.length + 1);
    span();
  }

  function corner(text, attributes) {
    return make("div", "count", { style: `width:${g.wide}px`, ...attributes }, text);
  }

  const left = (i) => g.cols.slice(0, g.cols.indexOf(i)).reduce((sum, j) => sum + width(j), g.wide);
  const pinnedWidth = () => g.cols.slice(0, g.pins).reduce((sum, i) => sum + width(i), 0);
  const pinClass = (pos) => (pos >= g.pins ? "" : pos === g.pins - 1 ? "pinned last" : "pinned");
  const place = (i, pos) => `width:var(--c${i})${pos < g.pins ? `;left:var(--p${i})` : ""}`;
  const span = () => {
    g.cols.slice(0, g.pins).forEach((i) => ui.root.style.setProperty(`--p${i}`, `${left(i)}px`));
    ui.space.style.width = `${g.cols.reduce((sum, i) => sum + width(i), g.wide)}px`; };

  function cell(i, pos) {
    const { name, kind, right, unit } = g.about.columns[i];
    const grip = make("div", "grip", { title: "Drag to resize, double-click to fit" });
    const h = make("div", `${right ? "right" : ""} ${pinClass(pos)}`.trim(), { role: "columnheader", id: `${g.id}-h-${pos}`, style: place(i, pos), "aria-colindex": pos + 2,
      "aria-sort": g.st.sort?.[0] === i ? (g.st.sort[1] ? "ascending" : "descending") : "none",
      title: `${name} · ${unit ? `${kind}, ${unit}` : kind}\nClick sorts, drag moves, right-click for more` },
    make("b", "", {}, name || "(no name)"), make("small", "", {}, unit || kind), grip);
    h.onclick = () => g.sortBy(i);
    h.onpointerdown = (event) => event.button === 0 && (event.target === grip ? widen(event, i) : carry(event, h, pos));
    grip.onclick = (event) => event.stopPropagation();
    grip.ondblclick = () => fit(i);
    h.oncontextmenu = (event) => { stop(event); g.at = { row: -1, col: pos }; g.mark(); g.columnMenu(i, event.clientX, event.clientY); };
    return h;
  }

  function stop(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- widths
  function widen(event, i) {
    stop(event);
    const from = event.clientX, start = width(i);
    follow(event, (now) => { g.st.widths[i] = clamp(start + now.clientX - from); setWidth(i, g.st.widths[i]); span(); g.settle(); }, () => g.keep());
  }

  const clamp = (px) => Math.round(Math.min(1200, Math.max(40, px)));

  function wider(i, by) {
    g.st.widths[i] = clamp(width(i) + by);
    setWidth(i, g.st.widths[i]);
    span();
    g.reveal();
    g.settle();
    g.keep();
  }

  function fit(i) {
    const pen = document.createElement("canvas").getContext("2d"), { name, kind } = g.about.columns[i];
    const style = getComputedStyle(ui.view), size = (text, bold) => { pen.font = `${bold ? 600 : 400} ${style.fontSize} ${style.fontFamily}`; return pen.measureText(text).width; };
    const cells = [...ui.rows.querySelectorAll(`[data-col="${i}"]`)].map((cell) => size(cell.textContent));
    g.st.widths[i] = clamp(Math.max(size(name, true) + 8, size(kind), ...cells) + 26);
    setWidth(i, g.st.widths[i]);
    span();
    g.settle();
    g.keep();
  }

  // ---- places
  function carry(event, h, pos) {
    const from = event.clientX;
    let to = pos, carried = false;
    follow(event, (now) => {
      carried ||= Math.abs(now.clientX - from) > DRAG;
      if (!carried) return;
      to = nearest(now.clientX);
      h.classList.add("carried");
      [...ui.head.children].forEach((n, k) => { n.classList.toggle("before", k - 1 === to && to < pos); n.classList.toggle("after", k - 1 === to && to > pos); });
    }, () => {
      if (!carried) return;
      ui.head.addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
      setTimeout(() => move(pos, to));
    });
  }

  function nearest(x) {
    const boxes = [...ui.head.children].slice(1).map((n) => n.getBoundingClientRect());
    const k = boxes.findIndex((box) => x < box.right);
    return k < 0 ? boxes.length - 1 : k;
  }

  function move(from, to) {
    if (to >= 0 && to < g.cols.length && to !== from) {
      const moved = g.cols[from], target = g.cols[to];
      const rest = g.st.order.filter((i) => i !== moved);
      rest.splice(rest.indexOf(target) + (to > from ? 1 : 0), 0, moved);
      g.st.order = rest;
      g.at = { row: g.at?.row ?? -1, col: to };
    }
    g.arrange();
  }

  return { draw, width, left, pinnedWidth, pinClass, place, wider, fit, move, corner };
}

function follow(event, move, end) {
  // Listen on the window: the pointer leaves the element while it drags.
  const stop = () => {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", finish);
    window.removeEventListener("pointercancel", finish);
  };
  const finish = (last) => { stop(); end(last); };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", finish);
  window.addEventListener("pointercancel", finish);
}
