// A combobox with a grouped list, after the ARIA pattern. Everything is searched here; the kernel only learns the choice.
const CHUNK = 40; // entries drawn at a time
const STEP = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const entries = await new Response(stream).json();
  for (const e of entries) {
    e.title = `${e.name} ${e.label} ${e.module}`.toLowerCase();
    e.parts = e.title.split(/[^a-z0-9]+/);
    e.found = e.words.toLowerCase();
  }
  return entries;
}

// How far a word is from the entry: 0 for a whole word of its name, more for parts and for columns, -1 for not at all.
function distance(e, word) {
  if (e.name === word) return 0;
  if (e.parts.includes(word) || e.parts.includes(word + "s")) return 1;
  if (e.parts.some((part) => part.startsWith(word))) return 2;
  if (e.title.includes(word)) return 3;
  return e.found.includes(word) ? 6 : -1;
}

function search(entries, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return entries;
  const hits = [];
  for (const e of entries) {
    const far = words.map((word) => distance(e, word));
    if (far.includes(-1)) continue;
    const extra = (e.parts.length - 4) * 0.1 + (e.kind === "export") * 0.5 + e.withdrawn * 5;
    hits.push([far.reduce((a, b) => a + b, 0) + extra, e]);
  }
  hits.sort((a, b) => a[0] - b[0]);
  const groups = new Map(); // a module stands where its best entry stands
  for (const [, e] of hits) groups.set(e.module, [...(groups.get(e.module) || []), e]);
  return [...groups.values()].flat();
}

function marked(text, words) {
  if (!words.length) return [text];
  const any = new RegExp(`(${words.map((w) => w.replace(/[^a-z0-9]/g, "\\$&")).join("|")})`, "i");
  return text.split(any).map((part, i) => (i % 2 ? make("mark", "", {}, part) : part));
}

function option(e, words, id) {
  const tags = [e.kind, e.hidden && "hides inactive", e.withdrawn && "withdrawn"].filter(Boolean);
  const node = make("div", "", { role: "option", id, "aria-selected": "false" },
    make("b", "", {}, ...marked(e.label, words)), make("code", "", {}, ...marked(e.name, words)),
    make("span", "tags", {}, ...tags.map((tag) => make("span", "", {}, tag))));
  const deeper = words.filter((word) => !e.title.includes(word));
  if (deeper.length) {
    const names = deeper.map((word) => e.words.split(" ").find((name) => name.toLowerCase().includes(word)));
    node.append(make("span", "why", {}, "has ", ...[...new Set(names)].flatMap((name, i) => [i ? ", " : "", ...marked(name, deeper)])));
  }
  return node;
}

function render({ model, el }) {
  const id = "p" + Math.random().toString(36).slice(2);
  const input = make("input", "", { id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: "Search by name, column or filter",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list` });
  const count = make("span", "count", { role: "status" });
  const list = make("div", "stnb-picker-list", { id: `${id}-list`, role: "listbox", "aria-label": model.get("label") });
  const root = make("div", "stnb stnb-picker", { "data-lm-suppress-shortcuts": "true" },
    make("label", "", { for: id }, model.get("label")), make("div", "field", {}, input, count), list);
  el.append(root);
  const floats = "popover" in HTMLElement.prototype;
  if (floats) list.popover = "manual";
  else list.hidden = true;
  let entries = [], hits = [], words = [], drawn = 0, at = -1, isOpen = false;

  function settle() {
    // The list floats above the page, so that no cell cuts it off; it stands below the box, or above where there is no room.
    const box = input.getBoundingClientRect(), below = window.innerHeight - box.bottom - 12, above = box.top - 12;
    if (box.bottom < 0 || box.top > window.innerHeight) return close(); // scrolled out of sight
    const down = below > 220 || below >= above;
    Object.assign(list.style, { left: `${box.left}px`, width: `${box.width}px`, maxHeight: `${Math.min(340, down ? below : above)}px`,
      top: down ? `${box.bottom + 2}px` : "auto", bottom: down ? "auto" : `${window.innerHeight - box.top + 2}px` });
  }

  function open() {
    if (isOpen) return;
    isOpen = true;
    input.setAttribute("aria-expanded", "true");
    if (!floats) { list.hidden = false; return; }
    settle();
    list.showPopover();
    document.addEventListener("scroll", follow, true);
    window.addEventListener("resize", close);
  }

  function follow(event) {
    if (event.target !== list) settle();
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    count.textContent = "";
    if (!floats) { list.hidden = true; return; }
    if (list.matches(":popover-open")) list.hidePopover();
    document.removeEventListener("scroll", follow, true);
    window.removeEventListener("resize", close);
  }

  function draw(text) {
    words = text.toLowerCase().split(/\s+/).filter(Boolean);
    hits = search(entries, text);
    drawn = 0;
    list.replaceChildren(...(hits.length ? [] : [make("p", "", {}, `Nothing is called or holds “${text}”. Try one word, such as job or invoice.`)]));
    count.textContent = `${hits.length} of ${entries.length}`;
    const chosen = words.length ? 0 : hits.findIndex((e) => e.name === model.get("value"));
    list.scrollTop = 0;
    extend();
    open();
    mark(hits.length ? Math.max(0, chosen) : -1);
  }

  function extend(upto = 0) {
    // Only what may be seen is drawn: all of the catalogue would cost 50 ms a key.
    const stop = Math.min(hits.length, Math.max(drawn + CHUNK, upto));
    for (; drawn < stop; drawn++) {
      const e = hits[drawn];
      if (!drawn || e.module !== hits[drawn - 1].module) {
        list.append(make("div", "", { role: "group", "aria-label": e.module }, make("h6", "", { "aria-hidden": "true" }, e.module)));
      }
      list.lastChild.append(option(e, words, `${id}-${drawn}`));
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
    const head = 26, top = node.offsetTop, bottom = top + node.offsetHeight; // by hand: scrollIntoView would move the notebook too
    if (top - head < list.scrollTop) list.scrollTop = top - head;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }

  function choose(i) {
    if (i < 0) return;
    model.set("value", hits[i].name);
    model.save_changes();
    show();
    close();
  }

  function show() {
    input.value = model.get("value");
  }

  list.onscroll = () => { if (drawn < hits.length && list.scrollTop + 2 * list.clientHeight > list.scrollHeight) extend(); };
  input.oninput = () => draw(input.value);
  input.onclick = () => { if (!isOpen) { input.select(); draw(""); } };
  input.onblur = () => { close(); show(); };
  list.onmousedown = (event) => {
    event.preventDefault(); // the box keeps the focus
    const node = event.target.closest("[role=option]");
    if (node) choose(+node.id.split("-")[1]);
  };
  input.onkeydown = (event) => {
    if (event.key in STEP) {
      event.preventDefault();
      if (isOpen) mark(Math.max(0, Math.min(hits.length - 1, at + STEP[event.key])));
      else draw("");
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen) choose(at);
      else draw("");
    } else if (event.key === "Escape") {
      close();
      show();
    }
    event.stopPropagation();
  };

  const load = async () => {
    entries = await unpack(model.get("entries"));
    if (isOpen) draw(input.value);
  };
  model.on("change:value", show);
  model.on("change:entries", load);
  load();
  show();
  return () => {
    close();
    model.off("change:value", show);
    model.off("change:entries", load);
  };
}

export default { render };
