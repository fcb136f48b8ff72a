// The bars under the header of grid.js. Everything here is for the pointer; for keys and screen readers the same is in the column's menu.
const SHOWN = 4; // values with a bar of their own under the header; the menu has the rest

function gridBars(g) {
  const { ui } = g;
  const known = new Map(); // a column's bars; `step` says which filters its counts are of
  let pressed = null; // [column, first bar, last bar] while dragging

  const reset = () => known.clear();
  const of = (i) => known.get(i);

  function draw() {
    ui.bars.hidden = g.about.rows < 2;
    ui.bars.replaceChildren(g.headPart.corner("", {}), ...g.cols.map((i, pos) => {
      const plot = make("div", `plot ${g.headPart.pinClass(pos)}`.trim(), { style: g.headPart.place(i, pos), "data-plot": i });
      fill(plot, i);
      return plot;
    }));
  }

  function ask() {
    if (ui.bars.hidden || !ui.view.clientWidth) return;
    const left = ui.view.scrollLeft, right = left + ui.view.clientWidth;
    let x = g.wide;
    const wanted = g.cols.filter((i, pos) => {
      const from = x;
      x += g.headPart.width(i);
      return (pos < g.pins || (x > left && from < right)) && known.get(i)?.step !== g.step && known.get(i)?.asked !== g.step;
    });
    if (!wanted.length) return;
    const whole = wanted.filter((i) => !known.get(i)?.shape);
    wanted.forEach((i) => known.set(i, { ...known.get(i), asked: g.step }));
    g.send({ kind: "summaries", columns: unanswered(), whole: unanswered().filter((i) => !known.get(i).shape), step: g.step, ...g.filters() });
  }

  // A newer question replaces the older one in the kernel, so it repeats what that one has not answered yet.
  const unanswered = () => [...known].filter(([, bars]) => bars.asked === g.step && bars.step !== g.step).map(([i]) => i);

  function take(message) {
    if (message.step !== g.step) return;
    known.set(message.col, { ...known.get(message.col), ...message });
    fill(ui.bars.querySelector(`[data-plot="${message.col}"]`), message.col);
  }

  // ---- which bars are picked
  const given = (i) => g.st.picks[i] ?? [];
  const ranged = (pick) => "from" in pick || "to" in pick;
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const inside = (bar, pick) => ranged(pick)
    && (pick.from === undefined || (bar.from !== undefined && bar.from >= pick.from)) && (pick.to === undefined || (bar.to !== undefined && bar.to <= pick.to));
  const isOn = (i, bar) => given(i).some((pick) => (ranged(bar) ? inside(bar, pick) : same(pick, bar)));

  function toggle(i, bar) {
    const { shape, picks } = known.get(i) ?? {};
    if (shape === "bars" && ranged(bar)) {
      const on = picks.map((p) => (p === bar ? !isOn(i, p) : isOn(i, p)));
      g.pick(i, [...given(i).filter((p) => !ranged(p)), ...joined(picks, on)]);
    } else {
      g.pick(i, isOn(i, bar) ? given(i).filter((p) => !same(p, bar)) : [...given(i), bar]);
    }
  }

  function joined(picks, on) {
    const ranges = [];
    picks.forEach((pick, k) => {
      if (!on[k]) return;
      if (on[k - 1]) ranges.push(between(ranges.pop(), pick));
      else ranges.push(pick);
    });
    return ranges;
  }

  const between = (first, last) => ({ ...("from" in first ? { from: first.from } : {}), ...("to" in last ? { to: last.to } : {}) });

  // ---- show
  const n = (x) => x.toLocaleString("en-US");
  const share = (part, whole) => {
    const percent = (100 * part) / Math.max(1, whole);
    return percent >= 99.95 && part < whole ? "99.9 %" : percent >= 10 || !part ? `${Math.round(percent)} %` : percent < 0.1 ? "< 0.1 %" : `${percent.toFixed(1)} %`;
  };

  function fill(plot, i) {
    const bars = known.get(i);
    if (!plot || !bars?.shape) return;
    const body = bars.shape === "bars" ? histogram(i, bars) : bars.shape === "tops" ? tops(i, bars) : [make("div", "note", {}, bars.note)];
    plot.replaceChildren(...body, foot(i, bars));
    plot.classList.toggle("some", given(i).length > 0);
  }

  function histogram(i, bars) {
    const most = Math.max(1, ...bars.all), now = Math.max(1, ...bars.counts); // each by its own scale: the shapes are to be compared
    const row = make("div", "histogram", {}, ...bars.picks.map((pick, k) => {
      const bar = make("i", isOn(i, pick) ? "on" : "", { title: `${bars.labels[k]}\n${n(bars.counts[k])} rows · click or drag to pick`, "data-bar": k });
      bar.style.setProperty("--all", bars.all[k] / most);
      bar.style.setProperty("--now", bars.counts[k] / now);
      if (!bars.counts[k]) bar.classList.add("no");
      if (!bars.all[k]) bar.classList.add("never");
      return bar;
    }));
    row.onpointerdown = (event) => event.button === 0 && drag(event, i, row);
    return [row, make("div", "ends", {}, make("span", "", {}, bars.ends[0]), make("span", "", {}, bars.picks.length > 1 ? bars.ends[1] : ""))];
  }

  function drag(event, i, row) {
    const at = (e) => {
      const boxes = [...row.children].map((bar) => bar.getBoundingClientRect());
      const k = boxes.findIndex((box) => e.clientX < box.right);
      return k < 0 ? boxes.length - 1 : k;
    };
    event.preventDefault();
    const first = at(event);
    pressed = [i, first, first];
    follow(event, (now) => {
      pressed[2] = at(now);
      const [low, high] = [Math.min(first, pressed[2]), Math.max(first, pressed[2])];
      if (low < high) [...row.children].forEach((bar, k) => bar.classList.toggle("on", k >= low && k <= high));
      row.parentElement?.classList.toggle("some", low < high || given(i).length > 0);
    }, () => {
      const { picks } = known.get(i), [low, high] = [Math.min(first, pressed[2]), Math.max(first, pressed[2])];
      pressed = null;
      if (low === high) toggle(i, picks[low]);
      else g.pick(i, [...given(i).filter((p) => !ranged(p)), between(picks[low], picks[high])]);
    });
  }

  function tops(i, bars) {
    const most = Math.max(1, ...bars.all), now = Math.max(1, ...bars.counts), whole = bars.counts.reduce((sum, x) => sum + x, 0);
    return bars.picks.slice(0, SHOWN).map((pick, k) => {
      const line = make("div", `top${isOn(i, pick) ? " on" : ""}`, { title: `${bars.labels[k]}\n${n(bars.counts[k])} rows · click to pick` },
        make("span", "", {}, bars.labels[k]), make("em", "", {}, share(bars.counts[k], whole)));
      line.style.setProperty("--all", bars.all[k] / most);
      line.style.setProperty("--now", bars.counts[k] / now);
      line.onclick = () => toggle(i, pick);
      return line;
    });
  }

  function foot(i, bars) {
    const rest = bars.shape === "tops" ? bars.picks.length - SHOWN : 0;
    const more = make("span", "more", { title: "All values" }, rest > 0 ? (bars.picks.at(-1).but ? "more …" : `${rest} more …`) : "");
    more.onclick = (event) => rest > 0 && g.columnMenu(i, event.clientX, event.clientY);
    const none = { is: null }, gone = make("span", `missing${isOn(i, none) ? " on" : ""}`, { title: `${n(bars.missing)} rows have no value · click to pick` },
      bars.missing || isOn(i, none) ? `${share(bars.missing, bars.counts.reduce((sum, x) => sum + x, 0) + bars.missing || g.total)} missing` : "");
    if (bars.shape === "none") gone.textContent = bars.missing ? `${share(bars.missing, g.total)} missing` : "";
    gone.onclick = () => toggle(i, none);
    return make("div", "foot", {}, more, gone);
  }

  return { reset, draw, ask, take, of, isOn, toggle, share, n };
}
