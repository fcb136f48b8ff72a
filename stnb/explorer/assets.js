// Stands before every module here (see assets.py): one element with its attributes and children. Text stays text.
function make(tag, cls, attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

