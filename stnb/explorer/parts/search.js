// Finds resources by words: their names, what people call what they hold, their columns and filters.
const TYPO = 5; // letters from which on one may be wrong
const COST = { phrase: 0.3, whole: 1, begun: 2, inside: 3, column: 6 }; // how far a word is from an entry
const KIND = { list: 0, rows: 0.1, file: 0.3, export: 0.5, record: 0.6 };

async function unpack(bytes, empty) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const entries = await new Response(stream).json();
  for (const e of entries) {
    const [module, ...rest] = e.name.split(".");
    e.title = `${e.name} ${e.label}`.toLowerCase();
    e.tail = rest.join("_").split("_").map(singular);
    e.heads = [...new Set([module, e.module].flatMap((m) => m.toLowerCase().split(/[^a-z0-9]+/)).map(singular))];
    e.found = e.words.toLowerCase();
    e.means = e.phrases.map(([phrase, rank]) => ({ phrase, rank, words: split(phrase, new Set(empty)) }));
    e.extra = (e.tail.length - 1) * 0.15 + KIND[e.kind] + (e.withdrawn ? 5 : 0);
  }
  const vocabulary = new Set(entries.flatMap((e) => [...e.tail, ...e.heads, ...e.means.flatMap((m) => m.words)]));
  return { entries, vocabulary: [...vocabulary], empty: new Set(empty) };
}

function singular(word) {
  if (word.length > 4 && word.endsWith("ies")) return word.slice(0, -3) + "y";
  return word.length > 3 && /[^sui]s$/.test(word) ? word.slice(0, -1) : word;
}

// The words that count, as singulars; all of them where none would be left. A dotted name stays one word.
function split(text, empty) {
  const words = text.toLowerCase().replace(/^\s*(?:show|give|find|list|get)(?: me)?\s+/, "").replace(/\//g, ".").split(/[^a-z0-9._]+/).map((w) => w.replace(/^[._]+|[._]+$/g, "")).filter(Boolean);
  const telling = words.filter((w) => !empty.has(w));
  return (telling.length ? telling : words).map(singular);
}

// Whether two words differ by one letter at most: wrong, missing, too many, or changed places with the next.
function near(a, b) {
  if (Math.max(a.length, b.length) < TYPO || Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const x = a.slice(i), y = b.slice(i);
  return x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1) || (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
}

// How far one word is from an entry; null where it is not in it.
function distance(e, word) {
  if (e.name === word) return 0;
  if (e.tail.includes(word)) return e.tail.length === 1 ? 0 : COST.whole;
  if (e.heads.includes(word)) return COST.whole + 0.5;
  if (e.tail.some((part) => part.startsWith(word))) return COST.begun;
  if (word.length > 1 && e.title.includes(word)) return e.name.startsWith(word) ? COST.begun : COST.inside;
  return word.length > 1 && e.found.includes(word) ? COST.column : null;
}

// A phrase that the words hold as a whole speaks for those words; one that is being typed speaks for all.
function phrase(e, words, typed) {
  let best = null;
  for (const { phrase, rank, words: wanted } of e.means) {
    const last = words.length - 1;
    const fits = (w, i) => wanted.includes(w) || (i === last && w.length > 3 && wanted.some((p) => p.startsWith(w)));
    const whole = wanted.every((p) => words.some((w, i) => w === p || (i === last && w.length > 3 && p.startsWith(w))));
    const begun = !whole && typed.length > 1 && phrase.startsWith(typed);
    if (!whole && !begun) continue;
    const covers = whole ? words.map(fits) : words.map(() => true);
    const exact = whole && wanted.every((p) => words.includes(p));
    const cost = (exact ? COST.phrase : whole ? COST.begun - 0.6 : COST.begun + 0.2) + rank * 0.35 - covers.filter(Boolean).length * 0.1;
    if (!best || covers.filter(Boolean).length > best.covers.filter(Boolean).length || cost < best.cost) best = { phrase, cost, covers };
  }
  return best;
}

// What of an entry answers the words: [number of words, distance, why].
function judge(e, words, typed) {
  const own = words.map((w) => distance(e, w)), meant = phrase(e, words, typed);
  let got = 0, far = e.extra, deep = [];
  let by = null;
  if (meant) {
    const plain = own.filter((_, i) => meant.covers[i]);
    if (plain.includes(null) || plain.reduce((a, b) => a + b, 0) > meant.cost) [by, far] = [meant.phrase, meant.cost + e.extra * 0.1];
  }
  own.forEach((cost, i) => {
    if (by && meant.covers[i]) return void got++;
    if (cost === null) return;
    got++;
    far += cost;
    if (cost === COST.column) deep.push(words[i]);
  });
  return { e, got, far, by, deep };
}

// The entries that answer, the best first and the others of its module with it; `closest` where none answers every word.
function search(index, text) {
  const asked = split(text, index.empty);
  if (!asked.length) return { hits: [], words: [], closest: false };
  let words = asked, read = [];
  const typed = text.trim().toLowerCase().replace(/\s+/g, " ");
  const all = () => index.entries.map((e) => judge(e, words, typed)).filter((h) => h.got);
  const known = (w) => index.entries.some((e) => distance(e, w) !== null) || index.vocabulary.some((v) => v.startsWith(w));
  let hits = all(), most = Math.max(0, ...hits.map((h) => h.got));
  if (most < words.length) { // a word that is nowhere may be a misspelt one
    words = asked.map((w) => (known(w) ? w : (index.vocabulary.find((v) => near(w, v)) ?? w)));
    read = words.filter((w, i) => w !== asked[i]);
    if (read.length) hits = all();
    most = Math.max(0, ...hits.map((h) => h.got));
  }
  hits = hits.filter((h) => h.got === most).sort((a, b) => a.far - b.far);
  const groups = new Map();
  for (const h of hits) groups.set(h.e.module, [...(groups.get(h.e.module) ?? []), { ...h, group: h.e.module, read }]);
  return { hits: [...groups.values()].flat(), words, closest: most < words.length, read };
}
