// The head of the page: the resource's name, a line about it, and behind "About" how the API has it. Before a choice: tiles to begin with.
const ICONS = {
  "jpm.jobs": "M8 5h8v3H8z M8 6H5v15h14V6h-3 M8 12h8 M8 16h5", "jpm.appointments": "M4 6h16v14H4z M4 10h16 M8 3v5 M16 3v5 M8 14h3v3H8z",
  "crm.customers": "M9 11a3.5 3.5 0 1 0-.01 0z M3 20c0-4 3-6 6-6s6 2 6 6 M16 11a3 3 0 1 0-1-5.8 M17 14.500c2.500.5 4 2.500 4 5.500", "accounting.invoices": "M6 3h9l4 4v14H6z M15 3v4h4 M9 12h7 M9 16h7",
  "accounting.payments": "M3 6h18v12H3z M3 10h18 M7 14.500h4", "telecom.calls": "M6 3h4l1.500 5-2.500 2a12 12 0 0 0 5 5l2-2.500 5 1.500v4c0 1-1 2-2 2C10 20 4 12 4 5c0-1 1-2 2-2z",
  "sales.estimates": "M4 4h8l8 8-8 8-8-8z M8.500 8.500h.01", "crm.leads": "M12 3l2.600 6 6.400.5-5 4.200 1.600 6.300L12 16.600 6.400 20 8 13.700 3 9.500 9.400 9z",
  "memberships.memberships": "M12 3l7 3v6c0 5-4 8-7 9-3-1-7-4-7-9V6z M9 12l2 2 4-4.500",
};

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

function tile({ name, label, about }, pick) {
  const button = make("button", "", { type: "button" }, ...(ICONS[name] ? [icon(ICONS[name])] : []), make("b", "", {}, label), make("span", "", {}, about));
  button.onclick = () => pick(name);
  return make("li", "", {}, button);
}

function facts(head) {
  const fact = (word, value, code) => (value ? [make("dt", "", {}, word), make("dd", "", {}, code ? make("code", "", {}, value) : value)] : []);
  return make("dl", "", {}, ...fact("Route", `${head.method} ${head.path}`, true), ...fact("Kind", head.kind), ...fact("Scope", head.scope, true), ...fact("Columns", head.columns), ...fact("Filters", head.filters));
}

function render({ model, el }) {
  const root = make("div", "stnb stnb-title", { "data-lm-suppress-shortcuts": "true" });
  el.append(root);

  function pick(name) {
    model.set("chosen", name);
    model.save_changes();
  }

  function resource(head, tag) {
    const flags = [...head.flags.map((text) => make("span", "flag", {}, text)), ...(head.lock ? [make("span", "flag locked", {}, `locked: ${head.lock}`)] : [])];
    const more = make("details", "", {}, make("summary", "", { "aria-label": `About ${head.name}` }, make("code", "", {}, head.name)), facts(head));
    return [make(tag, "", {}, head.label), make("div", "sub", {}, ...(head.about ? [make("span", "", {}, head.about)] : []), more, ...flags)];
  }

  const welcome = (tiles, tag) => [make(tag, "", {}, "What would you like to see?"), make("p", "sub", {}, "Type what you are after into the box above, in your own words, or begin with one of these."),
    make("ul", "tiles", { "aria-label": "Often used" }, ...tiles.map((t) => tile(t, pick)))];

  const hear = (message) => {
    if (message?.kind !== "head") return;
    const tag = `h${message.level}`;
    redraw(root, ...(message.head ? resource(message.head, tag) : welcome(message.tiles, tag)));
  };
  model.on("msg:custom", hear);
  model.send({ kind: "head" });
  return () => model.off("msg:custom", hear);
}

export default { render };
