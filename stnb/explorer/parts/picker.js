// A combobox with a grouped list, after the ARIA pattern. Everything is searched here; the kernel only learns the choice.
const CHUNK = 16; // entries drawn at a time
const STEP = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };
const MAC = /mac/i.test(navigator.platform);
const KEYS = [["↑ ↓", "move"], ["Enter", "choose"], [MAC ? "⌘ D" : "Ctrl D", "star"], ["Esc", "close"]];

function marked(text, words) {
  if (!words.length) return [text];
  const any = new RegExp(`(${words.map((w) => w.replace(/[^a-z0-9]/g, "\\$&")).join("|")})`, "i");
  return text.split(any).map((part, i) => (i % 2 ? make("mark", "", {}, part) : part));
}

function reason({ e, by, deep, read }) {
  if (by) return [`for “${by}”`];
  if (read?.length && !deep.length) return [`read as “${read.join(" ")}”`];
  const names = [...new Set(deep.map((word) => e.words.split(" ").find((name) => name.toLowerCase().includes(word))))];
  return names.length ? ["has ", ...names.flatMap((name, i) => [i ? ", " : "", ...marked(name, deep)])] : [];
}

function option(hit, words, id, { locked, starred }) {
  const { e } = hit, shut = locked.has(e.name), own = starred.has(e.name);
  const tags = [[e.kind], e.hidden && ["hides inactive"], e.withdrawn && ["withdrawn"], shut && ["no scope", "shut"]].filter(Boolean);
  const star = make("span", "star", { title: own ? "Take the star away" : "Star it" }, make("span", "", { "aria-hidden": "true" }, own ? "★" : "☆"));
  if (own) star.append(make("span", "stnb-unseen", {}, "starred"));
  const node = make("div", own ? "starred" : "", { role: "option", id, "aria-selected": "false" }, star,
    make("b", "", {}, ...marked(e.label, words)), make("code", "", {}, ...marked(e.name, words)),
    make("span", "tags", {}, ...tags.map(([text, cls = ""]) => make("span", cls, {}, text))));
  const why = reason(hit);
  if (why.length) node.append(make("span", "why", {}, ...why));
  return node;
}

// The parts of the box, as they stand in the page.
function parts(label, id) {
  const input = make("input", "", { id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    placeholder: "Find data: “unpaid invoices”, “who answered the phone”, jobs …", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list` });
  const count = make("span", "count", { role: "status" });
  const list = make("div", "options", { id: `${id}-list`, role: "listbox", "aria-label": label });
  const keys = make("div", "keys", { "aria-hidden": "true" }, ...KEYS.map(([key, does]) => make("span", "", {}, make("kbd", "", {}, key), ` ${does}`)));
  const panel = make("div", "stnb-picker-list", {}, list, keys);
  const star = make("button", "", { type: "button", "aria-pressed": "false" });
  const root = make("div", "stnb stnb-picker", { "data-lm-suppress-shortcuts": "true" }, make("label", "", { for: id }, label),
    make("div", "row", {}, make("div", "field", {}, input, count), star), panel);
  return { input, count, list, panel, star, root };
}

// The list floats above the page, so that no cell cuts it off; it stands below the box, or above where there is no room.
function floating(input, panel, shut) {
  const can = "popover" in HTMLElement.prototype;
  if (can) panel.popover = "manual";
  else panel.hidden = true;
  const settle = () => {
    const box = input.closest(".row").getBoundingClientRect(), below = window.innerHeight - box.bottom - 12, above = box.top - 12;
    if (box.bottom < 0 || box.top > window.innerHeight) return shut(); // scrolled out of sight
    const down = below > 240 || below >= above;
    Object.assign(panel.style, { left: `${box.left}px`, width: `${box.width}px`, maxHeight: `${Math.min(400, down ? below : above)}px`,
      top: down ? `${box.bottom + 2}px` : "auto", bottom: down ? "auto" : `${window.innerHeight - box.top + 2}px` });
  };
  const follow = (event) => { if (!panel.contains(event.target)) settle(); };
  return {
    show() {
      if (!can) { panel.hidden = false; return; }
      settle();
      panel.showPopover();
      document.addEventListener("scroll", follow, true);
      window.addEventListener("resize", shut);
    },
    hide() {
      if (!can) { panel.hidden = true; return; }
      if (panel.matches(":popover-open")) panel.hidePopover();
      document.removeEventListener("scroll", follow, true);
      window.removeEventListener("resize", shut);
    },
  };
}

function render({ model, el }) {
  const id = "p" + Math.random().toString(36).slice(2);
  const { input, count, list, panel, star, root } = parts(model.get("label"), id);
  el.append(root);
  const float = floating(input, panel, close);
  const marks = { locked: new Set(), starred: new Set(), recent: [] };
  let index = null, hits = [], words = [], drawn = 0, at = -1, isOpen = false;

  function open() {
    if (isOpen) return;
    isOpen = true;
    input.setAttribute("aria-expanded", "true");
    float.show();
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    count.textContent = "";
    float.hide();
  }

  // While nothing is typed the person's own come first, then everything by module.
  function everything() {
    const named = new Map(index.entries.map((e) => [e.name, e]));
    const own = (names, group) => names.filter((n) => named.has(n)).map((n) => ({ e: named.get(n), group, deep: [] }));
    const starred = own([...marks.starred], "Starred");
    const recent = own(marks.recent.filter((n) => !marks.starred.has(n)), "Recent");
    const now = model.get("value"), chosen = marks.starred.has(now) || marks.recent.includes(now) ? [] : own([now], "Chosen now");
    return [...chosen, ...starred, ...recent, ...index.entries.map((e) => ({ e, group: e.module, deep: [] }))];
  }

  function draw(text) {
    open();
    list.replaceChildren();
    list.scrollTop = drawn = 0;
    if (!index) return list.append(make("p", "", {}, "The list is on its way …"));
    const found = search(index, text), total = index.entries.length;
    words = found.words;
    hits = words.length ? found.hits : everything();
    if (!hits.length) list.append(make("p", "", {}, `Nothing is called or holds “${text.trim()}”. Try one word, such as job or invoice.`));
    else if (found.closest) list.append(make("p", "", {}, "Nothing has all of these words; these have most of them."));
    count.textContent = words.length ? `${hits.length} of ${total}` : `${total}`;
    extend();
    const chosen = words.length ? 0 : hits.findIndex((h) => h.e.name === model.get("value"));
    mark(hits.length ? Math.max(0, chosen) : -1);
  }

  function extend(upto = 0) {
    // Only what may be seen is drawn: a tenth of the catalogue takes as long as the search.
    const stop = Math.min(hits.length, Math.max(drawn + CHUNK, upto));
    for (; drawn < stop; drawn++) {
      const { group } = hits[drawn];
      if (!drawn || group !== hits[drawn - 1].group) list.append(make("div", "", { role: "group", "aria-label": group }, make("h6", "", { "aria-hidden": "true" }, group)));
      list.lastChild.append(option(hits[drawn], words, `${id}-${drawn}`, marks));
    }
  }

  function mark(i) {
    list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    at = i;
    if (i >= drawn) extend(i + CHUNK);
    const node = i < 0 ? null : list.querySelector(`#${id}-${i}`);
    if (!node) return input.removeAttribute("aria-activedescendant");
    node.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", node.id);
    const head = i ? 26 : 60, top = node.offsetTop, bottom = top + node.offsetHeight; // by hand: scrollIntoView would move the notebook too
    if (top - head < list.scrollTop) list.scrollTop = top - head;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }

  function choose(i) {
    if (i < 0 || !hits[i]) return;
    const { name } = hits[i].e;
    model.set("value", name);
    model.save_changes();
    model.send({ kind: "chosen", name });
    show();
    close();
  }

  function toggle(name) {
    const on = !marks.starred.has(name);
    if (on) marks.starred.add(name);
    else marks.starred.delete(name);
    model.send({ kind: "star", name, on });
    restar();
    count.textContent = on ? "starred" : "no star";
  }

  function restar() {
    for (const node of list.querySelectorAll("[role=option]")) {
      const i = +node.id.split("-")[1], fresh = option(hits[i], words, node.id, marks);
      node.className = fresh.className;
      node.replaceChildren(...fresh.childNodes);
    }
    showStar();
  }

  // The kernel tells of stars and recent choices later than the list may have been opened.
  function regroup() {
    const name = hits[at]?.e.name, before = hits.map((h) => h.group + h.e.name).join();
    hits = everything();
    if (hits.map((h) => h.group + h.e.name).join() === before) return restar();
    draw("");
    mark(Math.max(0, hits.findIndex((h) => h.e.name === name)));
    showStar();
  }

  function showStar() {
    const name = model.get("value"), on = marks.starred.has(name);
    star.hidden = !name;
    star.setAttribute("aria-pressed", on);
    star.replaceChildren(make("span", "", { "aria-hidden": "true" }, on ? "★ " : "☆ "), on ? "Starred" : "Star");
  }

  function show() {
    input.value = model.get("value");
    showStar();
  }

  function key(event) {
    const starring = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "d";
    event.stopPropagation();
    if (starring) {
      event.preventDefault();
      const name = isOpen ? hits[at]?.e.name : model.get("value");
      if (name) toggle(name);
    } else if (event.key in STEP && !event.shiftKey && (isOpen || event.key.startsWith("Arrow"))) {
      event.preventDefault();
      if (isOpen) mark(Math.max(hits.length ? 0 : -1, Math.min(hits.length - 1, at + STEP[event.key])));
      else draw("");
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen) choose(at);
      else draw("");
    } else if (event.key === "Escape") {
      close();
      show();
    }
  }

  list.onscroll = () => { if (drawn < hits.length && list.scrollTop + 2 * list.clientHeight > list.scrollHeight) extend(); };
  input.oninput = () => draw(input.value);
  input.onclick = () => { if (!isOpen) { input.select(); draw(""); } };
  input.onblur = () => { close(); show(); };
  input.onkeydown = key;
  star.onclick = () => toggle(model.get("value"));
  panel.onmousedown = (event) => {
    event.preventDefault(); // the box keeps the focus
    const node = event.target.closest("[role=option]"), i = node ? +node.id.split("-")[1] : -1;
    if (node && event.target.closest(".star")) toggle(hits[i].e.name);
    else choose(i);
  };

  const hear = async (message, buffers) => {
    if (message?.kind === "entries") {
      index = await unpack(buffers[0], message.empty);
      if (isOpen) draw(input.value === model.get("value") ? "" : input.value);
    } else if (message?.kind === "marks") {
      Object.assign(marks, { locked: new Set(message.locked), starred: new Set(message.starred), recent: message.recent });
      if (isOpen && index && !words.length) regroup();
      else restar();
    } else if (message?.kind === "error") {
      count.textContent = message.sentences[0];
    }
  };
  model.on("change:value", show);
  model.on("msg:custom", hear);
  model.send({ kind: "entries" });
  show();
  return () => {
    close();
    model.off("change:value", show);
    model.off("msg:custom", hear);
  };
}

export default { render };
