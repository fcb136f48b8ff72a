// The code with its Copy button. While a filter does not fit it is pale and cannot be copied.
function render({ model, el }) {
  const text = make("pre", "", { tabindex: 0, "aria-label": "Python that repeats this pull" });
  const copy = make("button", "", { type: "button" }, "Copy");
  const why = make("p", "", { role: "status", hidden: "" });
  const box = make("div", "box", {}, text, copy);
  el.append(make("div", "stnb stnb-code-tab", { "data-lm-suppress-shortcuts": "true" }, why, box));

  function show() {
    const problem = model.get("problem");
    text.textContent = model.get("text");
    box.classList.toggle("pale", !!problem);
    copy.disabled = !!problem;
    copy.title = problem;
    why.hidden = !problem;
    why.textContent = problem && `This code would not run, so it cannot be copied yet. ${problem}`;
  }

  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      copy.textContent = "Copied";
    } catch {
      document.getSelection().selectAllChildren(text); // without permission to write the clipboard, the text is at least ready for Ctrl+C
      copy.textContent = "Selected";
    }
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  };
  text.oncopy = (event) => { if (model.get("problem")) event.preventDefault(); };

  model.on("change:text", show);
  model.on("change:problem", show);
  show();
  return () => {
    model.off("change:text", show);
    model.off("change:problem", show);
  };
}

export default { render };
