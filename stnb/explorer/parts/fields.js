// What is in an opened filter: boxes, a menu, two ends of a span, or a box to search. One function for each kind of field.
const LONG = 9; // entries from which on a list has a box to search it
const STILL = 350; // ms after the last letter before a long list is searched

function listed(field, entries, type, picked, change) {
  const name = "f" + Math.random().toString(36).slice(2);
  const boxes = entries.map(([value, text]) => {
    const box = make("input", "", { type, name, value });
    box.checked = picked.includes(value);
    box.onchange = () => change(value, box.checked, boxes);
    return [box, make("label", "entry", {}, box, make("span", "", {}, text)), text.toLowerCase()];
  });
  const list = make("div", "entries", { role: "group", "aria-label": field.label }, ...boxes.map(([, line]) => line));
  if (entries.length < LONG) return [list];
  const find = make("input", "find", { type: "search", placeholder: `Find in ${entries.length}`, "aria-label": `Find in ${field.label}` });
  const none = make("p", "none", { hidden: "" }, "Nothing holds that.");
  find.oninput = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let some = 0;
    for (const [, line, text] of boxes) some += !(line.hidden = !words.every((w) => text.includes(w)));
    none.hidden = some > 0;
  };
  return [find, list, none];
}

function choice(field, entries, set) {
  const all = field.required ? field.options : [["", field.unset], ...field.options];
  return listed(field, all, "radio", [entries[0]], (value) => set({ [field.names[0]]: value }));
}

function choices(field, entries, set) {
  return listed(field, field.options, "checkbox", entries[0], (_, __, boxes) => set({ [field.names[0]]: boxes.filter(([box]) => box.checked).map(([box]) => box.value) }));
}

function typed(field, i, entries, set, more = {}) {
  const label = field.names.length > 1 ? `${field.label}: ${field.ends[i].toLowerCase()}` : field.label;
  const box = make("input", "text", { type: "text", placeholder: field.hints[i], "aria-label": label, autocomplete: "off", spellcheck: "false", "data-name": field.names[i], ...more });
  box.value = Array.isArray(entries[i]) ? entries[i].join(", ") : entries[i];
  box.onchange = () => set({ [field.names[i]]: box.value });
  return box;
}

// A text field for a date, with the browser's own calendar beside it.
function dated(field, i, entries, set) {
  const box = typed(field, i, entries, set);
  const day = make("input", "day", { type: "date", tabindex: -1, "aria-hidden": "true" });
  const button = make("button", "calendar", { type: "button", title: "Calendar", "aria-label": `Calendar for ${box.getAttribute("aria-label")}` });
  day.onchange = () => { box.value = day.value; box.onchange(); };
  button.onclick = () => { day.value = /^\d{4}-\d\d-\d\d$/.test(box.value) ? box.value : ""; day.showPicker?.(); };
  const what = field.names.length > 1 ? make("span", "", {}, field.ends[i]) : "";
  return make("div", "end", {}, what, make("div", "with", {}, box, day, button));
}

function presets(field, entries, set) {
  const buttons = field.presets.map((text) => {
    const button = make("button", "preset", { type: "button", "aria-pressed": entries[0] === text, "data-preset": text }, text);
    button.onclick = () => set({ [field.names[0]]: text });
    return button;
  });
  return make("div", "presets", { role: "group", "aria-label": `${field.label}: periods` }, ...buttons);
}

const span = (field, entries, set) => [presets(field, entries, set), make("div", "ends", {}, dated(field, 0, entries, set), dated(field, 1, entries, set))];
const date = (field, entries, set) => [presets(field, entries, set), dated(field, 0, entries, set)];
const end = (field, i, entries, set) => make("label", "end", {}, make("span", "", {}, field.ends[i]), typed(field, i, entries, set, { inputmode: "decimal" }));
const range = (field, entries, set) => [make("div", "ends", {}, end(field, 0, entries, set), end(field, 1, entries, set))];
const text = (field, entries, set) => [typed(field, 0, entries, set)];

// Names of a short list. Whoever knows the id may type it.
function names(field, entries, set) {
  if (!field.options.length) return [...text(field, entries, set), make("p", "none", { role: "status" }, field.unread)];
  const known = new Set(field.options.map(([i]) => i)), picked = entries[0].split(",").map((t) => t.trim().split(" · ")[0]).filter(Boolean);
  const others = picked.filter((i) => !known.has(i));
  const box = typed(field, 0, entries, set, { placeholder: field.many ? "or type names or ids" : "or type a name or an id" });
  const send = (value) => { box.value = value; set({ [field.names[0]]: value }); };
  const list = field.many
    ? listed(field, field.options, "checkbox", picked, (_, __, all) => send([...others, ...all.filter(([b]) => b.checked).map(([b]) => b.value)].join(", ")))
    : listed(field, [["", field.unset || "Any"], ...field.options], "radio", [picked[0] ?? ""], send);
  return [...list, box];
}

// A long list, such as customers: the kernel searches it.
function lookup(field, entries, set, find) {
  const box = typed(field, 0, entries, set);
  const seek = make("input", "find", { type: "search", placeholder: "Find by a part of the name, or the number", "aria-label": `Find in ${field.label}`, "data-find": field.names[0] });
  let pause = 0;
  seek.oninput = () => {
    clearTimeout(pause);
    said.textContent = seek.value.trim() ? "Searching …" : "";
    pause = setTimeout(() => find(field.names[0], seek.value), STILL);
  };
  const said = make("p", "none", { role: "status" }, "");
  const hits = make("div", "entries hits", { role: "group", "aria-label": `${field.label}: found` });
  hits.show = (asked, options, problem) => {
    if (asked !== seek.value.trim()) return;
    const none = problem.join(" ") || `No ${field.label.toLowerCase()} has “${asked}”.`;
    said.textContent = options.length ? "" : none;
    hits.replaceChildren(...options.map(([i, words]) => {
      const button = make("button", "entry", { type: "button" }, words);
      button.onclick = () => {
        box.value = field.many && box.value.trim() ? `${box.value.trim()}, ${i}` : i;
        set({ [field.names[0]]: box.value });
      };
      return button;
    }));
  };
  return [seek, hits, said, make("label", "end", {}, make("span", "", {}, field.many ? "Ids" : "Id"), box)];
}

// "+Id", "-CreatedOn" as two menus.
function sort(field, entries, set) {
  if (!field.options.length) return text(field, entries, set);
  const split = field.options.map(([value, words]) => [value, ...words.split(": ")]);
  const columns = [...new Map(split.map(([value, name]) => [value.slice(1), name]))];
  const by = make("select", "", { "aria-label": "Sort by" }, make("option", "", { value: "" }, "As it comes"), ...columns.map(([value, name]) => make("option", "", { value }, name)));
  const way = make("select", "", { "aria-label": "Direction" });
  const offer = (now) => {
    const ways = split.filter(([value]) => value.slice(1) === by.value);
    way.replaceChildren(...ways.map(([value, , words]) => make("option", "", { value }, words)));
    way.disabled = !ways.length;
    if (now) way.value = now;
  };
  by.value = entries[0].slice(1);
  offer(entries[0]);
  by.onchange = () => { offer(); set({ [field.names[0]]: way.value }); };
  way.onchange = () => set({ [field.names[0]]: way.value });
  return [make("div", "ends", {}, by, way)];
}

const KINDS = { choice, choices, span, date, range, names, lookup, sort, text };
