// The line above the chart: which rows it is drawn from.
function render({ model, el }) {
  const chips = make("div", "stnb-grid-chips", { role: "group", "aria-label": "On show", hidden: "" });
  const rows = make("p", "stnb-view-rows", { role: "status", "aria-live": "polite" });
  const box = make("div", "stnb stnb-grid stnb-view", { "data-lm-suppress-shortcuts": "true" }, chips, rows);
  const n = (count) => count.toLocaleString("en-US");
  el.append(box);

  function show(message) {
    if (message.kind !== "chips") return;
    gridChips(chips, message.chips, (key) => model.send({ kind: "drop", key }));
    const counted = message.left === message.rows ? `${n(message.rows)} rows` : `${n(message.left)} of ${n(message.rows)} rows`;
    rows.textContent = message.which ? `${counted} · ${message.which}` : counted;
  }

  model.on("msg:custom", show);
  model.send({ kind: "chips" });
  return () => model.off("msg:custom", show);
}

export default { render };
