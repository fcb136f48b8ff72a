// The form of `stnb.setup()`. What is typed stays in these inputs and leaves as one message when it is tried; no trait holds it.
const SIGNS = { ok: "✓", hint: "!", wrong: "✗", unknown: "?" };
const SILENCE = 4000; // ms without a word from the kernel, until that is said

function clean(text) {
  const bare = text.replace(/^[\s\ufeff\u200b]+|[\s\ufeff\u200b]+$/g, "");
  return /^(['"]).*\1$/.test(bare) && bare.length > 1 ? bare.slice(1, -1).trim() : bare;
}

function judge(rules, text) {
  const [, level, said] = rules.find(([pattern]) => new RegExp(pattern, "u").test(text));
  return [level, said.replace("{}", text)];
}

// A sentence in which a label of ServiceTitan's pages stands between two stars.
function worded(text) {
  return text.split(/\*\*(.+?)\*\*/).map((part, i) => (i % 2 ? make("b", "", {}, part) : part));
}

function choice(id, label, options) {
  const select = make("select", "", { id }, ...Object.entries(options).map(([value, [name]]) => make("option", "", { value }, name)));
  const about = make("span", "about");
  const show = () => { about.textContent = options[select.value][1]; };
  select.addEventListener("change", show);
  show();
  return { select, node: make("div", "field", {}, make("label", "", { for: id }, label), select, about) };
}

function entry(id, label, where, secret) {
  const input = make("input", "", { id, type: secret ? "password" : "text", autocomplete: secret ? "new-password" : "off", spellcheck: "false", autocapitalize: "off",
    autocorrect: "off", "data-1p-ignore": "", "data-lpignore": "true", "aria-describedby": `${id}-hint ${id}-where` });
  const hint = make("span", "hint", { id: `${id}-hint`, "aria-live": "polite" });
  const box = make("div", "box", {}, input);
  const node = make("div", "field", {}, make("label", "", { for: id }, label), box, make("span", "about", { id: `${id}-where` }, where), hint);
  if (secret) {
    const eye = make("button", "eye", { type: "button", "aria-pressed": "false", "aria-label": `Show ${label}` }, "Show");
    eye.onclick = () => mask(input.type === "text");
    box.append(eye);
    input.mask = mask;
    function mask(hidden) {
      input.type = hidden ? "password" : "text";
      eye.setAttribute("aria-pressed", String(!hidden));
      eye.textContent = hidden ? "Show" : "Hide";
    }
  }
  return { input, node, say(level, text) {
    hint.className = `hint is-${level}`;
    hint.replaceChildren(...(text ? [make("i", "", { "aria-hidden": "true" }, SIGNS[level] || ""), text] : []));
    input.setAttribute("aria-invalid", String(level === "wrong"));
  } };
}

function render({ model, el }) {
  const id = "s" + Math.random().toString(36).slice(2), about = model.get("about");
  let found = about, held = false, waiting = null, shown = "", saved = ""; // saved: the profile of the last success, as it was called
  const who = choice(`${id}-who`, "Who are you?", about.who), env = choice(`${id}-env`, "Environment", about.environments);
  const file = make("code"), badge = make("span", "badge");
  const steps = make("ol", "steps"), notes = make("ul", "notes");
  const title = make("summary"), guide = make("details", "guide", { open: "" }, title, steps, make("details", "more", {}, make("summary", "", {}, "Good to know"), notes));
  const name = entry(`${id}-name`, "Profile", "a name of your own; empty for the unnamed one", false);
  const fields = Object.fromEntries(about.fields.map((f) => [f.key, { ...f, ...entry(`${id}-${f.key}`, f.label, f.where, f.secret) }]));
  const go = make("button", "go", { type: "button" }, "Try and save"), fill = make("button", "", { type: "button" }, "Fill in the demo's values");
  const status = make("span", "status", { role: "status" });
  const keyring = make("input", "", { id: `${id}-keyring`, type: "checkbox" });
  const vault = make("label", "vault", { for: `${id}-keyring` }, keyring, "Keep the client secret in this system's keyring, and not in the file");
  const form = make("div", "form", {}, make("div", "fields", {}, name.node, ...Object.values(fields).map((f) => f.node)), vault, make("div", "actions", {}, go, fill, status));
  const answer = make("div", "answer", { role: "alert", tabindex: "-1" });
  const root = make("section", "stnb stnb-setup", { "data-lm-suppress-shortcuts": "true", "aria-label": "Set up a profile" },
    make("header", "", {}, make("h3", "", {}, "Set up a profile"), badge, make("p", "", {}, "Four values, tried before they are kept in ", file, ".")),
    make("div", "choices", {}, who.node, env.node), guide, form, answer);
  el.append(root);
  name.input.value = about.profile === "default" ? "" : about.profile;
  name.input.placeholder = "default";

  const profile = () => clean(name.input.value).toLowerCase() || "default";
  const practice = () => env.select.value === "demo";
  const kept = (f) => {
    if (held && f.secret) return "held here; type to replace it";
    const there = f.key === "app_key" && !practice() && (found.keys.includes("*") || found.keys.includes(profile()));
    return there ? "in use; type to replace it" : "";
  };

  function showWay() {
    const way = about.guides[who.select.value][env.select.value];
    steps.replaceChildren(...way.steps.map((s) => make("li", "", {}, ...worded(s))));
    notes.replaceChildren(...way.notes.map((s) => make("li", "", {}, ...worded(s))));
    title.textContent = way.open ? "What to do" : "Not to be had this way";
    form.hidden = !way.open;
    fill.hidden = !practice();
    vault.hidden = practice() || !about.keyring;
    badge.className = `badge ${env.select.value}`;
    badge.textContent = about.environments[env.select.value][0];
    file.textContent = found.file;
    showHints();
  }

  function showName() {
    const [level, said] = judge(about.names[env.select.value], profile());
    if (level === "ok" && profile() !== saved && found.profiles.includes(profile())) name.say("hint", `${profile()} is there already: its values will be replaced.`);
    else name.say(level, said);
    return level !== "wrong";
  }

  function showField(f, asked) {
    const text = clean(f.input.value), there = kept(f);
    f.input.placeholder = there;
    if (!text && there) { f.say("", ""); return true; }
    const [level, said] = judge(f.rules, text);
    f.say(asked && !text ? "wrong" : text ? level : "", text || asked ? said : "");
    return Boolean(text) && level !== "wrong";
  }

  function showHints(asked = false) {
    const bad = [showName() ? null : name, ...Object.values(fields).map((f) => (showField(f, asked) ? null : f))];
    return bad.find(Boolean);
  }

  function forget() {
    held = false;
    for (const f of Object.values(fields)) if (f.secret) wipe(f);
  }

  function wipe(f) {
    f.input.value = "";
    f.input.mask?.(true);
  }

  function ask(message) {
    if (waiting) return;
    go.disabled = fill.disabled = true;
    answer.replaceChildren();
    answer.className = "answer";
    status.textContent = message.do === "try" ? "Trying them: one request for a token …" : "Saving …";
    waiting = setTimeout(() => { status.textContent = "No answer from the kernel yet. If it was restarted, run the cell again."; }, message.do === "try" ? 60000 : SILENCE);
    model.send(message);
  }

  function attempt() {
    const bad = showHints(true);
    if (bad) return bad.input.focus();
    const values = Object.fromEntries(Object.values(fields).map((f) => [f.key, clean(f.input.value)]));
    ask({ do: "try", environment: env.select.value, profile: profile(), values, keyring: keyring.checked });
  }

  function take(way) {
    if (way.do !== "tenant") return ask({ do: way.do });
    fields.tenant.input.value = way.tenant;
    attempt();
  }

  function show(said) {
    clearTimeout(waiting);
    waiting = null;
    found = said;
    held = said.held;
    saved = said.next ? profile() : "";
    for (const f of Object.values(fields)) if (f.secret) wipe(f); // the page keeps no secret that was tried
    go.disabled = fill.disabled = false;
    status.textContent = "";
    answer.className = `answer is-${said.level}`;
    const ways = (said.ways || []).map((way) => {
      const button = make("button", "", { type: "button" }, way.label);
      button.onclick = () => take(way);
      return button;
    });
    answer.replaceChildren(make("b", "", {}, make("i", "", { "aria-hidden": "true" }, SIGNS[said.level]), said.title),
      ...said.lines.map((line) => make("p", "", {}, ...worded(line))), ...(ways.length ? [make("div", "ways", {}, ...ways)] : []), ...(said.next ? [code(said.next)] : []));
    showHints();
    answer.focus({ preventScroll: true });
    answer.scrollIntoView({ block: "nearest" });
  }

  function code(text) {
    const pre = make("pre", "", { tabindex: "0", "aria-label": "Python for the next cell" }, text), copy = make("button", "", { type: "button" }, "Copy");
    copy.onclick = async () => {
      try {
        await navigator.clipboard.writeText(text);
        copy.textContent = "Copied";
      } catch {
        document.getSelection().selectAllChildren(pre); // ready for Ctrl+C at least
        copy.textContent = "Selected";
      }
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    };
    return make("div", "code", {}, pre, copy);
  }

  function hear(said) {
    if (said.kind === "answer") return show(said);
    for (const [key, value] of Object.entries(said.values)) fields[key].input.value = value;
    showHints();
  }

  env.select.addEventListener("change", () => { forget(); answer.replaceChildren(); answer.className = "answer"; showWay(); });
  who.select.addEventListener("change", showWay);
  name.input.oninput = () => { if (held && profile() !== shown) forget(); shown = profile(); showHints(); };
  for (const f of Object.values(fields)) f.input.oninput = () => showField(f);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT") { event.preventDefault(); attempt(); }
    event.stopPropagation();
  });
  go.onclick = attempt;
  fill.onclick = () => model.send({ do: "fill" });
  model.on("msg:custom", hear);
  showWay();
  return () => {
    clearTimeout(waiting);
    forget();
    model.off("msg:custom", hear);
  };
}

export default { render };
