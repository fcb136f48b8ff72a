// The status line. Its notes are one word until somebody opens them.
function render({ model, el }) {
  const line = make("p", "line", { role: "status", "aria-live": "polite" });
  const text = make("span"), summary = make("summary", "", {}, text), list = make("ul", "notices", { "aria-label": "Notes" });
  const notes = make("details", "", { hidden: "" }, summary, list);
  const code = make("button", "", { type: "button", hidden: "" }, "The code for Python");
  code.onclick = () => model.send({ kind: "python" });
  const root = make("div", "stnb stnb-foot", { "data-lm-suppress-shortcuts": "true" }, line, notes, code);
  el.append(root);

  function show() {
    const shown = model.get("shown"), facts = model.get("facts"), said = model.get("notes");
    code.hidden = !model.get("links");
    root.hidden = !shown && !said.length;
    const [first, ...rest] = facts;
    line.replaceChildren(...(shown ? [make("span", "", {}, make("b", "", {}, shown), ` ${first ?? "rows"}`)] : []), ...rest.map((fact, i) => make("span", i === 0 ? model.get("tone") : "", {}, fact)));
    notes.hidden = !said.length;
    text.textContent = said.length === 1 ? `1 note: ${said[0]}` : `${said.length} notes`;
    list.replaceChildren(...said.map((note) => make("li", "", {}, note)));
  }

  for (const name of ["shown", "facts", "tone", "notes"]) model.on(`change:${name}`, show);
  show();
  return () => { for (const name of ["shown", "facts", "tone", "notes"]) model.off(`change:${name}`, show); };
}

export default { render };
