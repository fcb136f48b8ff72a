// The neighbours as a picture that can be used: what leads here on the left, where the columns lead on the right.
const SOME = 8; // that lead here, until more are asked for
const soft = (text) => text.split(/(?<=[._])|(?<=[a-z0-9])(?=[A-Z])/).flatMap((bit, i) => (i ? [document.createElement("wbr"), bit] : [bit])); // long names break between their words
const HOW = { documented: "documented", "by name": "by the column's name", open: "nobody says for sure" };

function box(name, says, pick) {
  const [module, ...rest] = name.split(".");
  const button = make("button", "node", { type: "button", title: `${name}\n${says}`, "aria-label": `${name}, ${says}` },
    make("small", "", {}, module), make("span", "", {}, rest.join(".")));
  button.onclick = () => pick(name);
  return button;
}

function side({ head, none, edges, says, pick, cls }) {
  const list = make("ul", "", {});
  const add = (some) => list.append(...some.map((edge) => {
    const by = edge.by.join(", ");
    return make("li", edge.how.replace(" ", "-"), {}, box(edge.name, says(by, edge.how), pick), make("span", "by", { title: `${by} (${HOW[edge.how]})`, "aria-hidden": "true" }, by));
  }));
  add(edges.slice(0, SOME + (cls === "out" ? 99 : 0)));
  const rest = edges.length - list.children.length, more = make("button", "more", { type: "button" }, `+ ${rest} more`);
  more.onclick = () => {
    const first = list.children.length;
    more.closest(".map").classList.add("tall");
    more.remove();
    add(edges.slice(first));
    list.children[first].querySelector("button").focus();
  };
  return make("section", cls, {}, make("h6", "", {}, head), ...(edges.length ? [list] : [make("p", "", {}, none)]), ...(rest > 0 ? [more] : []));
}

function wires(map, svg) {
  // Measured, as only the page knows how wide its letters are.
  const at = map.getBoundingClientRect(), middle = map.querySelector(".self").getBoundingClientRect();
  const paths = [];
  const wire = (x1, y1, x2, y2, how) => {
    const bend = (x2 - x1) * 0.5;
    paths.push([`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, how]);
  };
  for (const li of map.querySelectorAll("li")) {
    const line = li.getBoundingClientRect(), y = line.top + line.height / 2 - at.top, core = middle.top + middle.height / 2 - at.top;
    if (li.closest(".out")) wire(middle.right - at.left, core, line.left - at.left, y, li.className);
    else wire(line.right - at.left, y, middle.left - at.left - 6, core, li.className);
  }
  svg.setAttribute("width", at.width);
  svg.setAttribute("height", at.height);
  svg.replaceChildren(...paths.map(([d, how]) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    path.setAttribute("class", how);
    return path;
  }));
}

// Gives [element, cleanup].
function drawn(name, { own, out, into, kin }, pick) {
  const [module, ...rest] = name.split(".");
  const self = make("div", "self", {}, make("small", "", {}, module), make("b", "", {}, ...soft(rest.join("."))), ...(own.length ? [make("span", "", {}, "itself by")] : []), ...own.map((by) => make("span", "by own", {}, ...soft(by))));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  const map = make("div", Math.max(out.length, Math.min(into.length, SOME)) > SOME ? "map tall" : "map", {}, svg, self,
    side({ head: "Leads to", none: "No column of it leads to another resource.", edges: out, cls: "out", pick, says: (by, how) => `reached by ${by}, ${HOW[how]}` }),
    side({ head: "Led to from", none: "No other resource leads here.", edges: into, cls: "into", pick, says: (by, how) => `leads here by ${by}, ${HOW[how]}` }));
  const hows = [...new Set([...out, ...into].map((e) => e.how))];
  const legend = make("p", "legend", { "aria-hidden": "true" }, ...hows.map((how) => make("span", how.replace(" ", "-"), {}, make("i"), HOW[how])));
  const family = make("div", "kin", {}, ...(kin.length ? [make("h6", "", {}, "Of the same thing"), ...kin.map(({ name: other, what }) => {
    const button = make("button", "", { type: "button" }, make("code", "", {}, other), make("small", "", {}, what));
    button.onclick = () => pick(other);
    return button;
  })] : []));
  const watch = new ResizeObserver(() => wires(map, svg));
  watch.observe(map);
  return [make("div", "hood", {}, map, legend, family), () => watch.disconnect()];
}
