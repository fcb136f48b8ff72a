// The chips of the filters that are set, the menu of the others, and the field of the one that is open. The kernel keeps the values.
const CALM = 500; // ms without a change before the page says that it is still

function render({ model, el }) {
  const chips = make("div", "chips", { role: "group", "aria-label": "Filters" });
  const wrong = make("div", "wrong", { role: "alert", "aria-label": "Filters that do not fit", hidden: "" });
  const panel = make("div", "stnb stnb-field-panel", { role: "dialog", "data-lm-suppress-shortcuts": "true" });
  const root = make("div", "stnb stnb-ask", { "data-lm-suppress-shortcuts": "true" }, chips, wrong, panel);
  el.append(root);
  const float = floating(panel, () => { shown = ""; });
  let form = { name: null, fields: [] }, values = {}, shown = "", calm = 0;

  const set = (entries) => model.send({ kind: "set", entries });
  const find = (name, text) => model.send({ kind: "find", name, text });
  const isSet = ({ key }) => !!values[key]?.text || values[key]?.problem.length > 0;
  const clear = (field) => set(Object.fromEntries(field.names.map((name, i) => [name, Array.isArray(values[field.key].entries[i]) ? [] : ""])));

  function chip(field) {
    const { text, problem } = values[field.key], empty = !text && !problem.length;
    const open = make("button", "open", { type: "button", title: field.about, "aria-haspopup": "dialog", "aria-expanded": shown === field.key, "data-key": field.key },
      make("span", "", {}, field.label), " ", make("b", "", {}, empty ? "choose…" : text || values[field.key].entries.join(", ")));
    open.onclick = () => (shown === field.key ? float.close() : show(field, open));
    const classes = ["chip", problem.length && "bad", empty && "due"].filter(Boolean).join(" ");
    if (field.required) return make("span", classes, {}, open);
    const away = make("button", "away", { type: "button", "aria-label": `Take away ${field.label}`, title: "Take away" }, make("span", "", { "aria-hidden": "true" }, "✕"));
    away.onclick = () => {
      const buttons = [...chips.querySelectorAll("button.open, button.add")], at = buttons.indexOf(open);
      buttons[at + 1]?.focus({ preventScroll: true });
      clear(field);
    };
    return make("span", classes, {}, open, away);
  }

  function ghost(field) {
    const button = make("button", "ghost", { type: "button", title: field.about, "aria-haspopup": "dialog", "aria-expanded": "false", "data-key": field.key, "aria-label": `Add ${field.label}` }, field.label);
    button.onclick = () => (shown === field.key ? float.close() : show(field, button));
    return button;
  }

  function draw() {
    const on = form.fields.filter((f) => isSet(f) || f.required), off = form.fields.filter((f) => !isSet(f) && !f.required);
    const add = make("button", "add", { type: "button", "aria-haspopup": "dialog", "aria-expanded": String(shown === "+"), "aria-label": "Add a filter" }, "+ Filter");
    add.onclick = () => (shown === "+" ? float.close() : menu(add));
    redraw(chips, ...on.map(chip), ...off.filter((f) => f.suggested).map(ghost), ...(off.length ? [add] : []));
    if (!form.fields.length && form.name) chips.append(make("span", "quiet", {}, "It takes no filters."));
    root.hidden = !form.name;
    if (shown && float.isOpen) float.adopt(shown === "+" ? add : chips.querySelector(`[data-key="${shown}"]`) ?? add);
    explain();
  }

  // Every wrong field, beside the fields, and what was likely meant.
  function explain() {
    const bad = form.fields.filter((f) => values[f.key].problem.length);
    wrong.hidden = !bad.length;
    redraw(wrong, ...bad.map((field) => make("p", "", {}, ...problem(field))));
  }

  function problem(field) {
    const { problem: [happened, why], fixes } = values[field.key];
    if (!happened) return [];
    const offers = fixes.map(([name, day]) => {
      const button = make("button", "fix", { type: "button" }, `${day}?`);
      button.onclick = () => {
        const box = panel.contains(button) && panel.querySelector(`[data-name="${name}"]`);
        (box || chips.querySelector(`[data-key="${field.key}"]`)).focus({ preventScroll: true }); // the offer goes away
        set({ [name]: day });
      };
      return button;
    });
    return [make("b", "", {}, happened), " ", ...(offers.length ? ["Did you mean ", ...offers] : [make("span", "", {}, why)])];
  }

  // ---- the panel: a field, or the menu of all fields
  function fill(label, api, ...content) {
    panel.setAttribute("aria-label", label);
    redraw(panel, make("header", "", {}, make("b", "", {}, label), ...(api ? [make("code", "", { title: "Its name in the API and in the code" }, api)] : [])), ...content);
  }

  function show(field, button) {
    float.close(false);
    shown = field.key;
    body(field);
    float.open(button);
    (panel.querySelector("[aria-pressed=true], input:checked") ?? panel.querySelector("input:not(.day), select, button"))?.focus({ preventScroll: true });
  }

  function body(field) {
    const done = make("button", "done", { type: "button" }, "Done"), away = make("button", "clear", { type: "button" }, "Take away");
    done.onclick = () => float.close();
    away.onclick = () => { clear(field); float.close(); };
    const foot = make("footer", "", {}, ...(field.required ? [] : [away]), done);
    fill(field.label, field.api, make("div", "body", {}, ...KINDS[field.kind](field, values[field.key].entries, set, find)), make("p", "problem", { "aria-live": "polite" }, ...problem(field)), foot);
    panel.onkeypress = (event) => {
      if (event.key !== "Enter" || !event.target.matches("input.text")) return;
      event.preventDefault();
      event.target.onchange();
      float.close();
    };
  }

  // What is in an open field stays as it is typed; what the kernel has filled in comes in.
  function refresh() {
    const field = form.fields.find((f) => f.key === shown);
    if (!field || !float.isOpen) return;
    field.names.forEach((name, i) => {
      const box = panel.querySelector(`input[data-name="${name}"]`), entry = values[field.key].entries[i];
      if (box && box !== document.activeElement) box.value = entry;
    });
    for (const button of panel.querySelectorAll("[data-preset]")) button.setAttribute("aria-pressed", button.dataset.preset === values[field.key].entries[0]);
    redraw(panel.querySelector(".problem"), ...problem(field));
    float.settle();
  }

  function menu(button) {
    float.close(false);
    shown = "+";
    const fields = form.fields.filter((f) => !isSet(f) && !f.required);
    const lines = fields.map((field) => {
      const line = make("button", "entry", { type: "button", title: field.about }, make("span", "", {}, field.label), make("code", "", { "aria-hidden": "true" }, field.api));
      line.onclick = () => show(field, chips.querySelector(`[data-key="${field.key}"]`) ?? chips.querySelector(".add"));
      return [line, `${field.label} ${field.api}`.toLowerCase()];
    });
    const seek = make("input", "find", { type: "search", placeholder: `Find one of ${fields.length} filters`, "aria-label": "Find a filter" });
    const none = make("p", "none", { hidden: "" }, "No filter is called so.");
    const seen = () => lines.filter(([line]) => !line.hidden).map(([line]) => line);
    seek.oninput = () => {
      const words = seek.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const [line, text] of lines) line.hidden = !words.every((w) => text.includes(w));
      none.hidden = seen().length > 0;
    };
    const list = make("div", "entries menu", { role: "group", "aria-label": "Filters to add" }, ...lines.map(([line]) => line));
    fill("Add a filter", "", make("div", "body", {}, seek, list, none));
    panel.onkeypress = null;
    const walk = (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], all = [seek, ...seen()];
      if (event.key === "Enter" && event.target === seek) seen()[0]?.click();
      else if (step) all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement) + step))].focus();
      else return;
      event.preventDefault();
    };
    panel.querySelector(".body").onkeydown = walk;
    float.open(button);
    seek.focus({ preventScroll: true });
  }

  function still() {
    clearTimeout(calm);
    calm = setTimeout(() => { if (el.isConnected) model.send({ kind: "idle" }); }, CALM);
  }

  const hear = (message) => {
    if (message?.kind === "form") {
      const other = message.name !== form.name;
      if (other) float.close(false);
      [form, values] = [message, message.values];
      draw();
      // Names that have arrived meanwhile come into the open field, if nobody is typing in it.
      const open = form.fields.find((f) => f.key === shown);
      if (!other && open && !panel.querySelector("input.text:focus, input.find:focus")) body(open);
      still();
    } else if (message?.kind === "values") {
      values = message.values;
      draw();
      refresh();
      still();
    } else if (message?.kind === "found") {
      panel.querySelector(".hits")?.show(message.text, message.options, message.problem);
    } else if (message?.kind === "error") {
      wrong.hidden = false;
      redraw(wrong, make("p", "", {}, message.sentences.join(" ")));
    }
  };
  model.on("msg:custom", hear);
  root.hidden = true;
  model.send({ kind: "form" });
  const letFocusGo = keepFocus(el);
  return () => {
    letFocusGo();
    clearTimeout(calm);
    float.close(false);
    model.off("msg:custom", hear);
  };
}

export default { render };
