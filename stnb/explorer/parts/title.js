// The head of the page: the resource's name, a line about it, and behind "About" how the API has it. Before a choice: tiles to begin with.
function tile({ name, label, about }, pick) {
  const button = make("button", "", { type: "button" }, make("b", "", {}, label), make("span", "", {}, about));
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
    root.replaceChildren(...(message.head ? resource(message.head, tag) : welcome(message.tiles, tag)));
  };
  model.on("msg:custom", hear);
  model.send({ kind: "head" });
  return () => model.off("msg:custom", hear);
}

export default { render };
