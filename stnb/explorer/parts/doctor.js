// The doctor's report, as it fills in. All of it is set as text, never as HTML.
const KINDS = { "✓": ["good", "all right"], "✗": ["bad", "wrong"], "?": ["open", "not known"] };

function render({ model, el }) {
  const verdict = make("div", "verdict"), hint = make("div", "hint"), about = make("div", "about");
  const head = make("div", "head", { role: "status", "aria-live": "polite" }, verdict, hint, about);
  const list = make("dl", "checks"), rows = make("tbody"), count = make("summary");
  const titles = make("tr", "", {}, ...["", "Module", "Scopes", "Read"].map((t) => make("th", "", { scope: "col" }, t)));
  const modules = make("details", "modules", {}, count, make("table", "", {}, make("thead", "", {}, titles), rows));
  const untried = make("div", "about untried");
  const again = make("button", "", { type: "button" }, "Examine again");
  const other = make("button", "", { type: "button" }, "Try the other environment");
  const warn = make("span", "warn", {}, "sends the id and the secret to its host");
  const copy = make("button", "", { type: "button" }, "Copy for a ticket");
  const line = make("div", "line", {}, again, copy, other, warn);
  const root = make("div", "stnb stnb-doctor", { "data-lm-suppress-shortcuts": "true" }, head, line, list, modules, untried);
  el.append(root);

  const mark = (sign) => make("span", `mark ${KINDS[sign][0]}`, { role: "img", "aria-label": KINDS[sign][1] }, sign);

  const foldable = (name) => name.replaceAll("_", "_\u200b"); // a narrow page may break a long name there

  function check(c) {
    const words = make("dd", "", {}, make("div", "", {}, c.seen));
    if (c.means) words.append(make("div", "means", {}, c.means));
    if (c.next) words.append(make("div", "next", {}, `→ ${c.next} `, ...(c.ask ? [make("i", "", {}, c.ask)] : [])));
    return make("div", c.ok === null ? "check open" : "check", {}, mark(c.mark), make("dt", "", {}, c.name), words);
  }

  function pending(name, i) {
    return make("div", i ? "check left" : "check left now", {}, make("span", "mark"), make("dt", "", {}, name), make("dd", "", {}, i ? "" : "…"));
  }

  function show() {
    const now = model.get("shown"), lines = now.modules || [];
    root.dataset.tone = now.tone;
    if (verdict.textContent !== now.verdict) verdict.textContent = now.verdict;
    hint.textContent = now.hint || "";
    about.textContent = [now.title, now.done ? now.when : ""].filter(Boolean).join(" · ");
    list.replaceChildren(...(now.checks || []).map(check), ...(now.left || []).map(pending));
    modules.hidden = !lines.length;
    count.textContent = now.count || "";
    untried.textContent = now.untried || "";
    rows.replaceChildren(...lines.map(([sign, ...texts]) => make("tr", "", {}, make("td", "", {}, mark(sign)), ...texts.map((t) => make("td", "", {}, foldable(t))))));
    again.disabled = !now.done;
    copy.disabled = !now.text;
    other.hidden = warn.hidden = !now.offer;
  }

  function cover() {
    // The static copy beside this report steps back only once the live one is on the page.
    const name = model.get("covers");
    if (name && !root.querySelector("style")) root.append(make("style", "", {}, `.${name} { display: none; }`));
  }

  again.onclick = () => model.send({ kind: "again" });
  other.onclick = () => model.send({ kind: "other" });
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(model.get("shown").text);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Cannot copy";
    }
    setTimeout(() => { copy.textContent = "Copy for a ticket"; }, 1500);
  };
  modules.open = true;
  model.on("change:shown", show);
  show();
  cover();
  return () => model.off("change:shown", show);
}

export default { render };
