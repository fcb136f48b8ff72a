// Progress and errors. All of it is set as text, never as HTML.
const CALM = 2500; // ms between two announcements to a screen reader
const ENDED = ["cancelled", "failed"];

function render({ model, el }) {
  const bar = make("div", "gauge", { role: "progressbar", "aria-label": "Pull", "aria-valuemin": 0, "aria-valuemax": 100 }, make("i"));
  const line = make("span", "line");
  const spoken = make("span", "stnb-unseen", { role: "status", "aria-live": "polite" });
  const progress = make("div", "pull", {}, bar, line, spoken);
  const error = make("div", "error", { role: "alert" });
  const check = make("button", "", { type: "button" }, "Check with doctor");
  check.onclick = () => model.send({ kind: "check" });
  el.append(make("div", "stnb stnb-messages", { "data-lm-suppress-shortcuts": "true" }, progress, error));
  let said = 0, state = "";

  function showProgress() {
    const now = model.get("state"), share = model.get("share"), words = model.get("line");
    progress.className = `pull ${now || "still"}`;
    if (ENDED.includes(now) && share <= 0) progress.classList.add("none"); // no bar for no rows
    bar.classList.toggle("unknown", share < 0);
    bar.firstChild.style.width = share < 0 ? "" : `${Math.round(share * 100)}%`;
    if (share < 0) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", Math.round(share * 100));
    line.textContent = words;
    if (now !== state || Date.now() - said > CALM) {
      spoken.textContent = words;
      said = Date.now();
      state = now;
    }
  }

  function showError() {
    const [happened, ...rest] = model.get("error");
    error.hidden = !happened;
    error.replaceChildren(...(happened ? [make("b", "", {}, happened), ...rest.map((s) => make("span", "", {}, s))] : []));
    if (happened && model.get("checkable")) error.append(check);
  }

  const shows = { line: showProgress, state: showProgress, share: showProgress, error: showError, checkable: showError };
  for (const [name, show] of Object.entries(shows)) { model.on(`change:${name}`, show); show(); }
  return () => { for (const [name, show] of Object.entries(shows)) model.off(`change:${name}`, show); };
}

export default { render };
