// All that a notebook keeps of a widget's code: it asks the kernel for the rest, once for every page (see widget.py).
const NAME = "name of the part", PATIENCE = 1500; // ms until an unanswered question is explained
const shelf = (globalThis.stnbParts ??= new Map());

function ask(model) {
  return new Promise((resolve) => {
    const question = { kind: "code" };
    let left = 20; // the first may wait behind a running cell
    const again = setInterval(() => (left-- ? model.send(question) : clearInterval(again)), PATIENCE);
    const hear = async (message) => {
      if (message?.kind !== "code") return;
      clearInterval(again);
      model.off("msg:custom", hear);
      const url = URL.createObjectURL(new Blob([message.code], { type: "text/javascript" }));
      const part = { render: (await import(url)).default.render, style: message.style };
      URL.revokeObjectURL(url);
      shelf.set(NAME, part);
      resolve(part);
    };
    model.on("msg:custom", hear);
    model.send(question);
  });
}

export default {
  async render({ model, el }) {
    const explain = () => { el.textContent = "This part is not here yet: likely the kernel is busy, or was restarted. Wait for it, or run the cell again."; };
    const late = setTimeout(explain, PATIENCE);
    const part = shelf.get(NAME) ?? (await ask(model));
    clearTimeout(late);
    const style = document.createElement("style");
    style.textContent = part.style;
    el.replaceChildren(style);
    return part.render({ model, el });
  },
};
