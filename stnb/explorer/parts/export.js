// What only the page can do for the export: add a cell below this one, and copy.
function render({ model, el }) {
  const line = make("p", "line", { role: "status", "aria-live": "polite" });
  const text = make("pre", "", { tabindex: 0, "aria-label": "Python that repeats this pull", hidden: "" });
  const box = make("div", "stnb stnb-page-actions", { "data-lm-suppress-shortcuts": "true" }, line, text);
  el.append(box);

  function say() {
    line.textContent = model.get("text");
    line.className = `line ${model.get("tone")}`;
    if (model.get("tone") === "busy") text.hidden = true;
  }

  // JupyterLab and Notebook 7 give their application away only where they were started so, as `stnb lab` does.
  async function insert(code) {
    const app = window.jupyterapp;
    const panel = [...(app?.shell?.widgets?.("main") ?? [])].find((w) => w.content?.widgets && w.node.contains(el));
    if (!panel || !app.commands.hasCommand("notebook:insert-cell-below")) return false;
    const book = panel.content, here = book.widgets.findIndex((cell) => cell.node.contains(el));
    if (here < 0) return false;
    app.shell.activateById?.(panel.id);
    book.deselectAll();
    book.activeCellIndex = here;
    await app.commands.execute("notebook:insert-cell-below");
    const cell = book.widgets[here + 1];
    if (!cell || cell.model.sharedModel.getSource() !== "") return false;
    cell.model.sharedModel.setSource(code);
    return true;
  }

  async function copy(code) {
    try {
      await navigator.clipboard.writeText(code);
      return true;
    } catch {
      text.textContent = code; // without permission to write the clipboard, it is at least ready for Ctrl+C
      text.hidden = false;
      text.focus();
      document.getSelection().selectAllChildren(text);
      return false;
    }
  }

  function download(name, content) {
    const link = make("a", "", { href: URL.createObjectURL(new Blob([content])), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async function act({ do: what, code, name }, buffers) {
    if (!el.isConnected || !el.offsetParent) return; // another view of the same widget may be the one in sight
    if (what === "file") return download(name, buffers[0]);
    text.hidden = true;
    let did = what === "cell" && (await insert(code).catch(() => false)) ? "inserted" : "";
    if (!did) did = (await copy(code)) ? (what === "cell" ? "copied for a cell" : "copied") : "shown";
    model.send({ did });
  }

  model.on("msg:custom", act);
  model.on("change:text", say);
  model.on("change:tone", say);
  say();
  return () => {
    model.off("msg:custom", act);
    model.off("change:text", say);
    model.off("change:tone", say);
  };
}

export default { render };
