// Several tenants at once: a button beside the profile, and below it a box for each profile and a button for each tag.
function render({ model, el }) {
  const badge = make("summary", "stnb-several");
  const boxes = make("div", "boxes"), tags = make("div", "tags", { role: "group", "aria-label": "Groups of profiles" });
  const group = make("fieldset", "panel", {}, make("legend", "", {}, "Read several tenants as one table"), tags, boxes);
  const details = make("details", "", {}, badge, group);
  details.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    details.open = false;
    badge.focus();
  };
  details.onfocusout = (event) => { if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false; };
  const elsewhere = (event) => { if (!details.contains(event.target)) details.open = false; };
  document.addEventListener("pointerdown", elsewhere, true);
  el.append(make("div", "stnb stnb-tenants", { "data-lm-suppress-shortcuts": "true" }, details));
  let offered = { profiles: [], tags: {} };

  function choose(names) {
    model.set("chosen", names);
    model.save_changes();
  }

  const same = (one, other) => one.length === other.length && one.every((name) => other.includes(name));

  function shortcut(text, names) {
    const button = make("button", "", { type: "button", "aria-pressed": String(same(model.get("chosen"), names)) }, text);
    button.onclick = () => choose(same(model.get("chosen"), names) ? [] : names);
    button.names = names;
    return button;
  }

  function box({ name, environment }) {
    const input = make("input", "", { type: "checkbox", value: name });
    input.onchange = () => {
      const ticked = [...boxes.querySelectorAll("input:checked")].map((each) => each.value);
      choose(ticked);
    };
    return make("label", "", {}, input, make("span", "", {}, name), make("small", "", {}, environment || ""));
  }

  function build() {
    const all = offered.profiles.map(({ name }) => name);
    redraw(tags, shortcut("All", all), ...Object.entries(offered.tags).map(([tag, names]) => shortcut(tag, names)));
    redraw(boxes, ...offered.profiles.map(box));
    show();
  }

  function show() {
    const chosen = model.get("chosen"), many = chosen.length > 1;
    badge.textContent = many ? `${chosen.length} tenants` : "Several …";
    badge.classList.toggle("many", many);
    badge.title = many ? chosen.join(", ") : "Read several profiles as one table";
    for (const input of boxes.querySelectorAll("input")) input.checked = chosen.includes(input.value);
    for (const button of tags.children) button.setAttribute("aria-pressed", String(same(chosen, button.names)));
  }

  const hear = (message) => {
    if (message?.kind !== "offered") return;
    offered = message;
    build();
  };
  model.on("msg:custom", hear);
  model.on("change:chosen", show);
  model.send({ kind: "offered" });
  show();
  return () => {
    document.removeEventListener("pointerdown", elsewhere, true);
    model.off("msg:custom", hear);
    model.off("change:chosen", show);
  };
}

export default { render };
