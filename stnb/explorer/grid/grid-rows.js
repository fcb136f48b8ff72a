// The rows of grid.js on the page. Their elements are made once and filled again: new ones would all be styled anew.

// The text of an element; a text that stands there alone is changed, which costs less than another one.
function write(node, text) {
  const only = node.childNodes.length === 1 && node.firstChild.nodeType === Node.TEXT_NODE;
  if (!only) node.textContent = text;
  else if (node.firstChild.data !== text) node.firstChild.data = text;
}

// A text with what was searched in a mark. A number is searched without its commas, and its minus is a hyphen there.
function marked(text, words) {
  const wanted = words.toLowerCase(), plain = text.toLowerCase().replaceAll("−", "-"), at = plain.indexOf(wanted);
  if (at >= 0) return [text.slice(0, at), make("mark", "", {}, text.slice(at, at + words.length)), ...marked(text.slice(at + words.length), words)];
  const places = [...plain].map((_, k) => k).filter((k) => plain[k] !== ","), digits = places.map((k) => plain[k]).join("");
  const from = plain.length === text.length && /^[-−]?[\d,.]+$/.test(text) ? digits.indexOf(wanted.replaceAll(",", "").replace("$", "")) : -1;
  if (from < 0) return [text];
  const end = places[from + wanted.replaceAll(",", "").replace("$", "").length - 1] + 1;
  return [text.slice(0, places[from]), make("mark", "", {}, text.slice(places[from], end)), text.slice(end)];
}

function gridRows(g) {
  const { ui } = g;
  let lines = [], built = ""; // the elements, and for which columns they were made

  // The rows `win` of the columns in `across`; in place of none, why there are none.
  function draw(win, across, empty) {
    const made = JSON.stringify([g.about.turn, g.wide, g.pins, across]);
    if (made !== built) {
      lines = [];
      built = made;
    }
    while (lines.length < win.rows.length) lines.push(newRow(across));
    letGo();
    win.rows.forEach((row, k) => fillRow(lines[k], row, win.start + k, across.cells));
    stand(empty ? [make("div", "stnb-grid-empty", { role: "row" }, make("span", "", { role: "gridcell" }, empty))] : lines.slice(0, win.rows.length));
  }

  // Those that stand there already are left alone.
  function stand(wanted) {
    if (wanted[0] !== ui.rows.firstChild) ui.rows.replaceChildren(...wanted);
    while (ui.rows.childElementCount > wanted.length) ui.rows.lastChild.remove();
    ui.rows.append(...wanted.slice(ui.rows.childElementCount));
  }

  function newRow({ cells, gap }) {
    const line = make("div", "stnb-grid-row", { role: "row" }, make("div", "count", { role: "rowheader", style: `width:${g.wide}px`, "aria-colindex": 1 }));
    for (const [i, pos] of cells) line.append(make("div", "", { role: "gridcell", style: g.headPart.place(i, pos), "aria-colindex": pos + 2, "data-col": i }));
    if (gap && cells.length > g.pins) line.children[1 + g.pins].style.marginLeft = `${gap}px`;
    return line;
  }

  function fillRow(line, row, k, cells) {
    line.dataset.row = k;
    line.setAttribute("aria-rowindex", k + 2);
    write(line.firstChild, (k + 1).toLocaleString("en-US"));
    let cell = line.firstChild;
    for (const [i, pos] of cells) {
      cell = cell.nextSibling;
      cell.id = `${g.id}-${k}-${pos}`;
      fillCell(cell, row[i], i, g.headPart.pinClass(pos));
    }
  }

  // A text that is undefined is not here yet.
  function fillCell(cell, text, i, pin) {
    const { right, look } = g.about.columns[i], minus = right && text?.startsWith("-");
    cell.className = [right && "right", pin, look, text === null && "none", minus && "minus"].filter(Boolean).join(" ");
    cell.title = text ?? (text === null ? "missing" : "");
    if (text === null) cell.setAttribute("aria-label", "missing");
    else cell.removeAttribute("aria-label");
    const written = text === null ? "–" : minus ? `−${text.slice(1)}` : (text ?? "").replace(/\s*\n\s*/g, " ⏎ ");
    if (text && g.found?.includes(i)) cell.replaceChildren(...marked(written, g.st.search));
    else write(cell, written);
  }

  // What was selected with the pointer has other texts now: a copy is not to take those.
  function letGo() {
    const selection = document.getSelection();
    if (ui.rows.contains(selection.anchorNode) || ui.rows.contains(selection.focusNode)) selection.removeAllRanges();
  }

  return { draw };
}
