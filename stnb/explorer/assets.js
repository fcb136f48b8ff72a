// Stands before every module here (see assets.py): one element with its attributes and children. Text stays text.
function make(tag, cls, attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// The children of an element anew. What has the focus hands it to its successor: whoever uses the keyboard is not thrown out.
function redraw(root, ...children) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  const reachable = () => [...root.querySelectorAll("button, input, select, textarea, summary, a, [tabindex]")];
  const place = held ? reachable().indexOf(held) : -1;
  root.replaceChildren(...children);
  if (place < 0) return;
  const name = (e) => e.dataset.key ?? e.getAttribute("aria-label") ?? e.textContent;
  const choice = (e) => (e.matches("[type=checkbox], [type=radio]") ? e.value : "");
  const known = (e) => [e.tagName, name(e), choice(e)].join("\n");
  const after = reachable(), same = after.filter((e) => known(e) === known(held));
  (same[0] ?? after[Math.min(place, after.length - 1)])?.focus({ preventScroll: true });
}
