// The card of a resource: one line, and four tabs that fold away. What is behind a tab is asked for when it is opened.
const TABS = { columns: "Columns", filters: "Filters", neighbours: "Neighbours", example: "Example" };
const MANY = 12; // lines from which on there is a box to search them

function line(head) {
  const bit = (text, code) => make("span", "", {}, text, ...(code ? [make("code", "", {}, code)] : []));
  return [make("b", "", {}, head.label), bit(`${head.method} `, head.path), bit(head.kind), ...(head.scope ? [bit("scope ", head.scope)] : []),
    ...(head.columns ? [bit(`${head.columns} columns`)] : []), ...head.flags.map((text) => make("span", "flag", {}, text)),
    ...(head.lock ? [make("span", "flag locked", {}, `locked: ${head.lock}`)] : [])];
}

// A long name goes on in another line after a dot, not in the middle of a word.
function breakable(name) {
  return name.split(".").flatMap((part, at) => (at ? [".", make("wbr"), part] : [part]));
}

function target({ name, by, when }, pick) {
  const button = make("button", "to", { type: "button", title: `Go to ${name}` }, make("span", "", { "aria-hidden": "true" }, "→ "), ...breakable(name));
  button.onclick = () => pick(name);
  const more = [by !== "id" && `by ${by}`, when && `if ${when}`].filter(Boolean).join(", ");
  return make("span", "", {}, button, ...(more ? [make("small", "", {}, ` ${more}`)] : []));
}

function row(item, pick) {
  const above = item.path.includes(".") && item.leads ? item.path.slice(0, item.path.lastIndexOf(".") + 1) : "";
  const name = make("td", "name", {}, ...(above ? [make("i", "", {}, ...soft(above))] : []), ...soft(item.path.slice(above.length)));
  const means = make("td", "means", {}, ...(item.notes ? [make("span", "", {}, item.notes)] : []), ...item.values.map((v) => make("code", "", {}, v)));
  return make("tr", "", {}, name, make("td", "type", {}, item.type), means, ...(item.leads ? [make("td", "leads", {}, ...item.to.map((to) => target(to, pick)))] : []));
}

// A table of columns or filters, with a box to search it where it is long.
function listed(part, items, pick) {
  const leads = part === "columns", heads = ["Name", "Type", "Meaning", ...(leads ? ["Leads to"] : [])];
  if (!items.length) return make("p", "", {}, leads ? "ServiceTitan's documents do not say what its rows hold." : "It takes no filters.");
  const body = make("tbody"), rows = items.map((item) => [row({ ...item, leads }, pick), [item.path, item.type, item.notes, ...item.values, ...item.to.map((t) => t.name)].join(" ").toLowerCase()]);
  const table = make("table", part, {}, make("thead", "", {}, make("tr", "", {}, ...heads.map((h) => make("th", "", { scope: "col" }, h)))), body);
  const count = make("span", "", { role: "status" });
  const find = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean), found = rows.filter(([, all]) => words.every((w) => all.includes(w)));
    body.replaceChildren(...found.map(([tr]) => tr));
    count.textContent = words.length ? `${found.length} of ${rows.length}` : "";
  };
  find("");
  if (rows.length <= MANY) return table;
  const box = make("input", "", { type: "search", placeholder: `Search ${rows.length} ${part}`, "aria-label": `Search the ${part}` });
  box.oninput = () => find(box.value);
  return make("div", "", {}, make("div", "find", {}, box, count), table);
}

function sample({ rows, none }) {
  if (none) return make("p", "", {}, none);
  return make("div", "", {}, make("p", "", {}, "Made up to show the form; nothing was asked of ServiceTitan."),
    make("table", "example", {}, make("thead", "", {}, make("tr", "", {}, make("th", "", { scope: "col" }, "Column"), make("th", "", { scope: "col" }, "Value"))),
      make("tbody", "", {}, ...rows.map(({ name, depth, value, kind }) => make("tr", "", {}, make("td", "name", { style: `padding-left:${10 + depth * 18}px` }, ...soft(name)), make("td", kind, {}, value))))));
}

function render({ model, el }) {
  const id = "c" + Math.random().toString(36).slice(2);
  const top = make("div", "line"), tabs = make("div", "tabs", { role: "tablist", "aria-label": "About this resource" });
  const panel = make("div", "panel", { role: "tabpanel", id: `${id}-panel`, tabindex: 0 });
  const root = make("div", "stnb stnb-about", { "data-lm-suppress-shortcuts": "true" }, top, tabs, panel);
  const buttons = Object.entries(TABS).map(([part, text]) => make("button", "", { type: "button", role: "tab", id: `${id}-${part}`, "data-part": part, "aria-controls": `${id}-panel`, tabindex: -1 }, text));
  tabs.append(...buttons);
  el.append(root);
  let name = null, part = "", focus = 0, end = () => {};
  // Inside the explorer the card has no line of its own, and shows what the explorer's tab says.
  const face = () => model.get("face"), within = (button) => button.dataset.part !== "neighbours";

  function pick(other) {
    model.set("chosen", other);
    model.save_changes();
  }

  function fill(content, cleanup = () => {}) {
    end();
    end = cleanup;
    panel.replaceChildren(content);
    panel.scrollTop = 0;
  }

  function showTabs() {
    for (const [i, button] of buttons.entries()) {
      const on = button.dataset.part === part;
      button.hidden = face() === "columns" && !within(button);
      button.setAttribute("aria-selected", on);
      button.setAttribute("aria-expanded", on);
      button.tabIndex = i === focus ? 0 : -1;
    }
    panel.hidden = !part;
    tabs.hidden = !name || face() === "neighbours";
    if (part && !tabs.hidden) panel.setAttribute("aria-labelledby", `${id}-${part}`);
    else panel.setAttribute("aria-label", TABS[part] ?? "About this resource");
  }

  function open(next) {
    part = next;
    showTabs();
    if (!part) return fill("");
    fill(make("p", "", {}, "On its way …"));
    model.send({ kind: "part", part });
  }

  function move(i) {
    const step = i < focus ? -1 : 1;
    focus = (i + buttons.length) % buttons.length;
    if (buttons[focus].hidden) focus = (focus + step + buttons.length) % buttons.length;
    if (part) open(buttons[focus].dataset.part);
    else showTabs();
    buttons[focus].focus();
  }

  buttons.forEach((button, i) => {
    button.onclick = () => {
      focus = i;
      open(part === button.dataset.part && !face() ? "" : button.dataset.part);
    };
  });
  tabs.onkeydown = (event) => {
    const to = { ArrowRight: focus + 1, ArrowLeft: focus - 1, Home: 0, End: buttons.length - 1 }[event.key];
    event.stopPropagation();
    if (event.key === "Escape" && part && !face()) open("");
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  panel.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key !== "Escape" || event.target.value || face()) return;
    buttons[focus].focus();
    open("");
  };

  function showHead(head) {
    tabs.hidden = !head || face() === "neighbours";
    top.hidden = !!face();
    top.replaceChildren(...(head ? line(head) : ["Choose a resource: type a word such as jobs, revenue or calls, and press Enter."]));
    for (const button of buttons) {
      const n = head?.[button.dataset.part];
      button.replaceChildren(TABS[button.dataset.part], ...(n === undefined ? [] : [make("small", "", {}, ` ${n}`)]));
    }
    if (head?.name === name) return;
    name = head?.name ?? null;
    open(name ? face() || part : "");
  }

  function turn() {
    root.classList.toggle("faced", !!face());
    top.hidden = !!face();
    if (face() && name) {
      focus = buttons.findIndex((b) => b.dataset.part === face());
      open(face());
    }
  }

  function showPart(message) {
    if (message.part !== part || message.name !== name) return;
    if (part === "neighbours") fill(...drawn(name, message.data, pick));
    else fill(part === "example" ? sample(message.data) : listed(part, message.data, pick));
  }

  const hear = (message) => {
    if (message?.kind === "head") showHead(message.head);
    else if (message?.kind === "part") showPart(message);
    else if (message?.kind === "error") fill(make("p", "flag", { role: "alert" }, message.sentences.join(" ")));
  };
  model.on("msg:custom", hear);
  model.on("change:face", turn);
  showHead(null);
  turn();
  model.send({ kind: "head" });
  return () => {
    end();
    model.off("change:face", turn);
    model.off("msg:custom", hear);
  };
}

export default { render };
