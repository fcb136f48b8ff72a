// The environment in words and colour, and the facts beside it; the token's time runs down here.
const TICK = 1000; // ms

function left(end) {
  const seconds = Math.round((end - Date.now()) / 1000);
  if (seconds <= 0) return "token renewed with the next request";
  return `token ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`;
}

function render({ model, el }) {
  const badge = make("summary", "stnb-badge");
  const read = make("span"), token = make("span"), pace = make("span");
  token.title = "A token lasts 15 minutes and is renewed by itself.";
  pace.title = "Requests for this tenant in the last second; the API allows 60.";
  const details = make("details", "", {}, badge, make("div", "facts", {}, read, token, pace));
  details.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") details.open = false;
  };
  details.onfocusout = (event) => { if (!details.contains(event.relatedTarget)) details.open = false; };
  el.append(make("div", "stnb stnb-status", { "data-lm-suppress-shortcuts": "true" }, details));

  function count() {
    const { end } = model.get("shown");
    token.textContent = end ? left(end) : "";
    token.hidden = !end;
  }

  function show() {
    const shown = model.get("shown");
    badge.className = `stnb-badge ${shown.kind || "none"}`;
    badge.replaceChildren(shown.words || "", ...(shown.tenant ? [make("small", "", {}, `tenant ${shown.tenant}`)] : []));
    read.textContent = shown.read ? (shown.end ? `may read ${shown.read}` : shown.read) : "";
    read.className = shown.few ? "few" : "";
    pace.textContent = shown.end ? `${shown.pace} request${shown.pace === 1 ? "" : "s"}/s` : "";
    for (const part of [read, pace]) part.hidden = !part.textContent;
    count();
  }

  model.on("change:shown", show);
  const clock = setInterval(count, TICK);
  show();
  return () => {
    clearInterval(clock);
    model.off("change:shown", show);
  };
}

export default { render };
