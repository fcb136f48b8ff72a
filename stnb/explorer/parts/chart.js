// A picture from the kernel, in the theme's own colours. It stands in an <img>, where nothing in an SVG can run.
const INKS = { "#787b7f": "--stnb-fg", "#777b80": "--stnb-quiet" }; // of look.py
const NARROWEST = 380, WIDEST = 1400, STEP = 20; // px
const SETTLED = 120; // ms: a window that is being dragged draws one picture, not fifty

function render({ model, el }) {
  const image = make("img", "picture");
  const words = make("p", "words");
  const notes = make("ul", "notes", { "aria-label": "About this chart" });
  const spoken = make("span", "stnb-unseen", { role: "status", "aria-live": "polite" });
  const text = make("pre", "", { tabindex: 0, "aria-label": "Python that draws this chart" });
  const copy = make("button", "", { type: "button" }, "Copy");
  const code = make("details", "code", {}, make("summary", "", {}, "Code of this chart"), make("div", "", {}, text, copy));
  const box = make("div", "stnb stnb-picture", { "data-lm-suppress-shortcuts": "true" }, image, words, notes, code, spoken);
  el.append(box);

  function paint() {
    const { svg } = model.get("shown"), style = getComputedStyle(box);
    if (!svg) return;
    const colored = Object.entries(INKS).reduce((so, [ink, name]) => so.replaceAll(ink, style.getPropertyValue(name).trim() || ink), svg);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(colored)}`;
  }

  function show() {
    const { svg, size, alt, notes: said, code: lines } = model.get("shown");
    image.hidden = !svg;
    words.hidden = !!svg;
    words.textContent = svg ? "" : alt;
    if (svg) [image.width, image.height, image.alt] = [...size, alt];
    notes.hidden = !said.length;
    notes.replaceChildren(...said.map((s) => make("li", "", {}, s)));
    code.hidden = !lines;
    text.textContent = lines;
    spoken.textContent = alt;
    paint();
  }

  function wait() {
    box.classList.toggle("busy", model.get("busy"));
    box.setAttribute("aria-busy", String(model.get("busy")));
  }

  function fit() {
    if (!box.clientWidth) return;
    const width = Math.min(Math.max(Math.floor(box.clientWidth / STEP) * STEP, NARROWEST), WIDEST);
    if (width === model.get("width")) return;
    model.set("width", width);
    model.save_changes();
  }

  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      copy.textContent = "Copied";
    } catch {
      document.getSelection().selectAllChildren(text);
      copy.textContent = "Selected";
    }
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  };

  let settling;
  const sizes = new ResizeObserver(() => {
    clearTimeout(settling);
    settling = setTimeout(fit, SETTLED);
  });
  sizes.observe(box);
  const themes = new MutationObserver(paint);
  themes.observe(document.body, { attributes: true, attributeFilter: ["class", "data-jp-theme-light", "data-jp-theme-name"] });
  model.on("change:shown", show);
  model.on("change:busy", wait);
  show();
  wait();
  requestAnimationFrame(paint); // not before it is on the page has it colours
  return () => {
    sizes.disconnect();
    clearTimeout(settling);
    themes.disconnect();
    model.off("change:shown", show);
    model.off("change:busy", wait);
  };
}

export default { render };
