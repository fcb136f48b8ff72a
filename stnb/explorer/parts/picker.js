// A combobox, after the ARIA pattern. Everything is searched here; the kernel only learns the choice.
const CHUNK = 16; // entries drawn at a time
const POPULAR = 10; // of the resources that are used most
const STEP = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };
const MAC = /mac/i.test(navigator.platform);
const KEYS = [["↑ ↓", "move"], ["Enter", "choose"], [MAC ? "⌘ D" : "Ctrl D", "star"], ["Esc", "close"]];

function marked(text, words) {
  if (!words.length) return [text];
  const any = new RegExp(`\\b(${words.join("|")})`, "i"); // the words are letters and digits alone
  return text.split(any).map((part, i) => (i % 2 ? make("mark", "", {}, part) : part));
}

const byModule = (a, b) => a.e.module.localeCompare(b.e.module) || (a.e.kind === "export") - (b.e.kind === "export") || (a.e.name < b.e.name ? -1 : 1);

// What a hit is, why it answers, and the filters that come with it.
function explained(hit, words) {
  const sets = Object.entries(hit.filters ?? {}).map(([name, value]) => `${name} = ${value}`);
  const parts = [];
  if (hit.e.about) parts.push(make("span", "about", {}, ...marked(hit.e.about, words)));
  if (hit.why?.length) parts.push(make("span", "why", {}, hit.why.join(" · ")));
  if (sets.length) parts.push(make("span", "sets", {}, `sets ${sets.join(", ")}`));
  return parts;
}

// The tenant's own report, as an entry of the list.
const asReport = ({ id, category, label, about }) => ({ name: `report ${id}`, label, about, category, report: id, module: "Your reports", kind: "report" });

// The reports whose number, name or category holds every word come in sight: below the two best resources.
function withReports(hits, reports, words) {
  const fits = (e) => {
    const own = plain(`${e.report} ${e.label} ${e.about}`);
    return words.every((word) => own.some((text) => text.startsWith(word)));
  };
  const found = reports.filter(fits).map((e) => ({ e, group: e.module })), first = hits.length && hits[0].whole ? 2 : 0;
  return [...hits.slice(0, first), ...found, ...hits.slice(first)];
}

function option(hit, words, id, { locked, starred }) {
  const { e } = hit, shut = locked.has(e.name), own = starred.has(e.name);
  const tags = [[e.kind], e.hidden && ["hides inactive"], e.withdrawn && ["withdrawn"], shut && ["no scope", "shut"]].filter(Boolean);
  const star = make("span", "star", { title: own ? "Take the star away" : "Star it" }, make("span", "", { "aria-hidden": "true" }, own ? "★" : "☆"));
  if (own) star.append(make("span", "stnb-unseen", {}, "starred"));
  const module = hit.group ? [] : [make("span", "module", {}, e.module)];
  return make("div", own ? "starred" : "", { role: "option", id, "aria-selected": "false" }, ...(e.report ? [] : [star]),
    make("b", "", {}, ...marked(e.label, words)), make("code", "", {}, ...marked(e.name, words)),
    make("span", "tags", {}, ...module, ...tags.map(([text, cls = ""]) => make("span", cls, {}, text))),
    make("span", "more", {}, ...explained(hit, words)));
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
  let index = null, hits = [], words = [], drawn = 0, at = -1, isOpen = false, reports = [], asked = false;

  function open() {
    if (isOpen) return;
    isOpen = true;
    [reports, asked] = [[], false]; // another tenant may have been chosen since
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

  // While nothing is typed the person's own come first, then what most people use, then everything by module.
  function everything() {
    const named = new Map(index.entries.map((e) => [e.name, e])), listed = new Set();
    const some = (names, group) => names.filter((n) => named.has(n) && !listed.has(n)).map((n) => listed.add(n) && { e: named.get(n), group });
    const now = model.get("value"), own = marks.starred.has(now) || marks.recent.includes(now);
    const first = [...some(own ? [] : [now], "Chosen now"), ...some([...marks.starred], "Starred"), ...some(marks.recent, "Recent"),
      ...some(index.popular.slice(0, POPULAR), "Used most")];
    return [...first, ...index.entries.map((e) => ({ e, group: e.module })).sort(byModule)];
  }

  function draw(text) {
    open();
    list.replaceChildren();
    list.scrollTop = drawn = 0;
    if (!index) return list.append(make("p", "", {}, "The list is on its way …"));
    const total = index.entries.length + reports.length;
    words = worthMarking(text, index.grammar);
    hits = words.length ? search(index, text).map((hit) => ({ ...hit, e: index.entries[hit.number] })) : everything();
    if (words.length) hits = withReports(hits, reports, plain(text));
    if (!hits.length) list.append(make("p", "", {}, `Nothing is called or holds “${text.trim()}”. Try one word, such as job or invoice.`));
    else if (hits.every((hit) => hit.whole === false)) list.append(make("p", "", {}, "Nothing has all of these words; these have most of them."));
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
      if (group && (!drawn || group !== hits[drawn - 1].group)) list.append(make("div", "", { role: "group", "aria-label": group }, make("h6", "", { "aria-hidden": "true" }, group)));
      (group ? list.lastChild : list).append(option(hits[drawn], words, `${id}-${drawn}`, marks));
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
    const { name, report, category } = hits[i].e;
    if (report) {
      model.send({ kind: "report", id: report, category });
      show();
      return close();
    }
    model.set("value", name);
    model.save_changes();
    model.send({ kind: "chosen", name, filters: hits[i].filters ?? {} });
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

  function ask() {
    if (asked || !input.value.trim()) return;
    asked = true;
    model.send({ kind: "typed" });
  }

  function addReports(entries) {
    const name = hits[at]?.e.name;
    reports = entries.map(asReport);
    if (!isOpen || !index || !words.length) return;
    draw(input.value);
    if (name) mark(Math.max(0, hits.findIndex((h) => h.e.name === name)));
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
      const entry = isOpen ? hits[at]?.e : { name: model.get("value") }, name = entry?.report ? "" : entry?.name;
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
  input.oninput = () => { draw(input.value); ask(); };
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
      index = await unpack(buffers[0]);
      if (isOpen) draw(input.value === model.get("value") ? "" : input.value);
    } else if (message?.kind === "marks") {
      Object.assign(marks, { locked: new Set(message.locked), starred: new Set(message.starred), recent: message.recent });
      if (isOpen && index && !words.length) regroup();
      else restar();
    } else if (message?.kind === "reports") {
      addReports(message.entries);
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
