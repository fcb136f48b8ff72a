// Where the rows would be: a small drawing for each case, a sentence, and what to do.
const DRAWINGS = {
  before: "M6 10h36v28H6z M6 18h36 M18 18v20 M30 18v20", pulling: "M6 10h36v28H6z M6 18h36 M24 22v10 M19 28l5 5 5-5",
  empty: "M6 26l6-14h24l6 14v12H6z M6 26h11l3 5h8l3-5h11", unmatched: "M7 9h34L28 25v13l-8-4v-9z M33 31l9 9 M42 31l-9 9",
  failed: "M24 7L44 40H4z M24 19v10 M24 33v2", cancelled: "M24 6a18 18 0 1 0 .01 0z M18 18h12v12H18z",
};

function drawing(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", DRAWINGS[kind] ?? DRAWINGS.before);
  svg.append(path);
  return svg;
}

function render({ model, el }) {
  const root = make("div", "stnb stnb-blank", { role: "status", "data-lm-suppress-shortcuts": "true" });
  el.append(root);

  function show() {
    const { kind, title = "", text, chips = [], actions = [] } = model.get("shown");
    root.className = `stnb stnb-blank ${kind ?? ""}`;
    const buttons = actions.map(([name, words], i) => {
      const button = make("button", i ? "" : "first", { type: "button" }, words);
      button.onclick = () => model.send({ kind: "act", name });
      return button;
    });
    root.replaceChildren(...(title ? [drawing(kind), make("p", "title", {}, title), ...(chips.length ? [make("p", "with", {}, ...chips.map((c) => make("span", "", {}, c)))] : []),
      ...(text ? [make("p", "", {}, text)] : []), ...(buttons.length ? [make("div", "do", {}, ...buttons)] : [])] : []));
  }

  model.on("change:shown", show);
  show();
  return () => model.off("change:shown", show);
}

export default { render };
