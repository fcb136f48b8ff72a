// Menus and copying for grid.js. A menu is text; its keys stand beside it.
function gridMenu(g) {
  const { ui } = g;
  let back = null;

  // A menu holds nothing but its entries, so a form stands behind it.
  function open(label, items, x, y, form = null) {
    close();
    back = document.activeElement;
    const list = make("div", "", { role: "menu", "aria-label": label }, ...items.map(entry));
    ui.menu.replaceChildren(list, ...(form ? [form] : []));
    ui.menu.hidden = false;
    ui.menu.style.maxHeight = "";
    const root = ui.root.getBoundingClientRect(), size = ui.menu.getBoundingClientRect();
    ui.menu.style.left = `${Math.max(0, Math.min(x - root.left, root.width - size.width - 2))}px`;
    const room = root.height - 6, height = Math.min(size.height, room); // an output cuts off what leaves it
    ui.menu.style.maxHeight = `${room}px`;
    ui.menu.style.top = `${Math.max(0, Math.min(y - root.top, room - height))}px`;
    ui.menu.querySelector("button")?.focus({ preventScroll: true });
    ui.menu.scrollIntoView({ block: "nearest" });
  }

  // The bounds or the text that a column's values are to have, typed.
  function typed(i) {
    const { kind, name } = g.about.columns[i], form = make("form", "typed", {}), others = (g.st.picks[i] ?? []).filter((p) => "is" in p || "but" in p);
    const field = (label, type) => { const input = make("input", "", { type, "aria-label": `${name}: ${label}`, placeholder: label, step: "any" }); form.append(input); return input; };
    const apply = make("button", "", { type: "submit" }, "Apply");
    let read = () => null;
    if (kind === "text") {
      const how = make("select", "", { "aria-label": `${name}: how` }, ...["contains", "is", "is not"].map((word) => make("option", "", {}, word)));
      form.append(how);
      const text = field("text", "search");
      read = () => text.value.trim() && { contains: { has: text.value.trim() }, is: { is: text.value }, "is not": { but: [text.value] } }[how.value];
    } else if (["integer", "number", "list"].includes(kind)) {
      const low = field(kind === "list" ? "entries from" : "from (≥)", "number"), high = field("to (≤)", "number");
      read = () => bounds(low.value === "" ? undefined : +low.value, high.value === "" ? undefined : { max: +high.value });
    } else if (["date", "date-time"].includes(kind)) {
      const low = field("from", "date"), high = field("to", "date"); // the last day is part of it
      read = () => bounds(low.value || undefined, high.value ? { to: dayAfter(high.value) } : undefined);
    } else return null;
    form.append(apply);
    form.onsubmit = (event) => {
      event.preventDefault();
      const pick = read();
      if (!pick) return;
      close(true);
      g.pick(i, [...others, pick]);
    };
    return form;
  }
  const bounds = (from, end) => (from === undefined && !end ? null : { ...(from === undefined ? {} : { from }), ...end });
  const dayAfter = (day) => new Date(Date.parse(`${day}T00:00:00Z`) + 86400000).toISOString().slice(0, 10);

  function entry({ text, keys = "", run, on, stays }) {
    if (!run) return make("div", "title", { role: "presentation" }, text);
    const attributes = on === undefined ? { role: "menuitem" } : { role: "menuitemcheckbox", "aria-checked": on() };
    const button = make("button", "", { type: "button", tabindex: -1, ...attributes }, make("span", "", {}, text), make("kbd", "", {}, keys));
    button.onclick = () => {
      if (!stays) close(true);
      run();
      if (on) button.setAttribute("aria-checked", on());
    };
    return button;
  }

  function close(refocus = false) {
    if (ui.menu.hidden) return;
    ui.menu.hidden = true;
    if (refocus) (back?.isConnected ? back : ui.view).focus({ preventScroll: true });
  }

  ui.menu.onkeydown = (event) => {
    const all = [...ui.menu.querySelectorAll("button, input, select")], here = all.indexOf(document.activeElement), last = all.length - 1;
    const form = event.target.closest("form"), isField = event.target.matches("input, select"), isTab = event.key === "Tab";
    const isFirst = form && all[here] === form.querySelector("input, select"), isBack = isTab && event.shiftKey;
    if (isTab && form && !(isBack ? isFirst : here === last)) return event.stopPropagation(); // the browser's own way
    const steps = { ArrowDown: here === last ? 0 : here + 1, ArrowUp: here ? here - 1 : last };
    const ways = isField ? (event.target.type === "search" ? steps : {}) : { ...steps, Home: 0, End: last };
    const to = isBack && isFirst ? here - 1 : ways[event.key];
    if (isField && to === undefined && !isTab && event.key !== "Escape") return event.stopPropagation();
    if (to !== undefined) all[to].focus();
    else if (event.key === "Escape" || event.key === "Tab") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  ui.menu.onfocusout = (event) => { if (!ui.menu.contains(event.relatedTarget)) close(); };

  function columnMenu(i, x, y) {
    const name = g.about.columns[i].name, pos = g.cols.indexOf(i), bars = g.bars.of(i), sorted = (way) => g.st.sort?.[0] === i && g.st.sort[1] === way;
    const picks = bars?.shape ? [...bars.picks.map((pick, k) => [pick, bars.labels[k], bars.counts[k]])] : [];
    open(`Column ${name}`, [
      { text: name },
      { text: "Sort ascending", run: () => g.sortTo(i, true), on: () => sorted(true) },
      { text: "Sort descending", run: () => g.sortTo(i, false), on: () => sorted(false) },
      { text: "Copy column", keys: "Ctrl+C", run: () => copy("column", 0, i) },
      { text: "Pin to the left", run: () => g.pin(i), on: () => g.st.pinned.includes(i) },
      { text: "Hide column", keys: "Del", run: () => g.hide(i) },
      { text: "Move left", keys: "Shift+←", run: () => g.headPart.move(pos, pos - 1) },
      { text: "Move right", keys: "Shift+→", run: () => g.headPart.move(pos, pos + 1) },
      { text: "Wider", keys: "Ctrl+→", run: () => g.headPart.wider(i, 24), stays: true },
      { text: "Narrower", keys: "Ctrl+←", run: () => g.headPart.wider(i, -24), stays: true },
      { text: "Fit to content", run: () => g.headPart.fit(i) },
      { text: "Only rows with" },
      { text: "No value", run: () => g.bars.toggle(i, { is: null }), on: () => g.bars.isOn(i, { is: null }), stays: true },
      { text: "Any value", run: () => g.bars.toggle(i, { but: [] }), on: () => g.bars.isOn(i, { but: [] }), stays: true },
      ...picks.map(([pick, text, count]) => ({ text, keys: g.bars.n(count), run: () => g.bars.toggle(i, pick), on: () => g.bars.isOn(i, pick), stays: true })),
    ], x, y, typed(i));
  }

  function cellMenu(row, i, x, y) {
    const nested = g.about.columns[i]?.look === "nest";
    open("Cell", [
      ...(i === undefined ? [] : [
        { text: "Open cell", keys: "Enter", run: () => g.look() },
        { text: "Copy cell", keys: "Ctrl+C", run: () => copy("cell", row, i) }]),
      { text: "Copy row", run: () => copy("row", row) },
      ...(i === undefined ? [] : [{ text: "Copy column", run: () => copy("column", row, i) }]),
      ...(i === undefined || nested ? [] : [{ text: "Only rows with this value", run: () => g.ask("pick", { row, col: i }) }]),
    ], x, y);
  }

  const copy = (what, row, col) => g.ask("copy", { what, row, col, columns: g.cols });

  async function copied(message) {
    const many = message.what === "column" ? `${g.bars.n(message.count)} values` : message.what === "row" ? "the row" : "the cell";
    const less = message.what === "column" && message.count < message.total ? `, the first of ${g.bars.n(message.total)}` : "";
    g.flash((await toClipboard(message.text)) ? `Copied ${many}${less}.` : "The browser refused the clipboard. Open the cell and copy from there.");
  }

  return { close, columnMenu, cellMenu, copy, copied };
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { /* no permission, or no such interface on a page without TLS: the old way still may work */ }
  const field = make("textarea", "stnb-unseen", { "aria-hidden": "true" }), back = document.activeElement;
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  back?.focus?.({ preventScroll: true });
  return done;
}
