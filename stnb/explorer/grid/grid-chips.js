// What is on show, part by part: the same line of chips above the table and above the chart.
function gridChips(box, chips, drop) {
  const buttons = chips.map(({ key, name, text }) => {
    const chip = make("button", "chip", { type: "button", "aria-label": `Remove ${name}: ${text}`, "data-key": key },
      make("b", "", {}, name), make("span", "", {}, text), make("i", "", { "aria-hidden": "true" }, "×"));
    chip.onclick = () => drop(key);
    return chip;
  });
  const clear = make("button", "clear", { type: "button" }, "Clear");
  clear.onclick = () => drop("");
  box.replaceChildren(...(buttons.length ? ["On show:", ...buttons, clear] : []));
  box.hidden = !buttons.length;
}
