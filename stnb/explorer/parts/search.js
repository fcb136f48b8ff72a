// Ranks resources by words, as `stnb/catalog/stems.py` and `ranking.py` do: a test holds them together.
const ENDINGS = ["ation", "ing", "ed", "ion", "e"], SHORTEST = 3;
const SINGULARS = [["children", "child"], ["ies", "y"], ["tuses", "tus"], ["sses", "ss"], ["xes", "x"], ["ches", "ch"]];
const NOT = "~not", NEGATION = 0.3, GROUPING = 0.7, ROLE = 0.75, TYPO = 4, TWO_TYPOS = 8;
const SYNONYM = 0.9, SLIP = 0.8, BEGUN = 0.6, BEGUN_KNOWN = 0.3, LETTERS_BEGUN = 4;
const FIRST_LETTER = 0.5, LONG = 6, RELATED = 0.5, FAMILY = 6, FAMILY_LONGEST = 10;
const PHRASE = 14, RANKS = [1, 0.8, 0.65, 0.5], LONGER_PHRASE = 0.6;
const SPARE = 0.8, OWN_NAME = 5, WHOLE_NAME = 2, UNCOVERED = 0.8, FAR_BELOW = 0.4, SPOKEN = 2.5, SAID = -1;

async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { entries, popular, index } = await new Response(stream).json();
  return { entries, popular, ...indexed(index) };
}

// The plain data of an index, ready to be looked up.
function indexed(index) {
  const sets = Object.fromEntries(Object.entries(index.grammar).map(([name, words]) => [name, new Set(words)]));
  const maps = Object.fromEntries(["postings", "rarity", "spellings", "synonyms"].map((name) => [name, new Map(Object.entries(index[name]))]));
  return { ...index, ...maps, ...spread(index.topics, sets), grammar: sets };
}

// The phrases of all topics, with their stems, and what each of their words says by itself.
function spread(topics, grammar) {
  const phrases = [], spoken = new Map();
  for (const [texts, meant, filters] of topics) for (const text of texts) {
    const told = telling(text, grammar);
    phrases.push([text, [...new Set(told.map(({ stem }) => stem))], meant, filters]);
    for (const { text: word, stem, weight } of told) {
      if (isLittle({ text: word, stem }, grammar)) continue;
      if (!spoken.has(stem)) spoken.set(stem, new Map());
      const said = spoken.get(stem);
      meant.forEach((number, rank) => said.set(number, Math.max(SPOKEN * weight * ofRank(rank), said.get(number) ?? 0)));
    }
  }
  return { phrases, spoken };
}

const ofRank = (rank) => RANKS[Math.min(rank, RANKS.length - 1)];

// -- words

function singular(noun) {
  if (noun.length <= 3 || /(?:ss|us|is)$/.test(noun)) return noun;
  for (const [plural, single] of SINGULARS) if (noun.endsWith(plural) && noun.length > 4) return noun.slice(0, -plural.length) + single;
  return noun.endsWith("s") ? noun.slice(0, -1) : noun;
}

function plain(text) {
  const letters = text.replace(/([A-Z]{2,})s\b/g, "$1").replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/['’]s\b|['’]/g, "");
  return letters.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().match(/[a-z]+|[0-9]+/g) ?? [];
}

function stem(word, grammar) {
  let short = singular(word);
  if (!grammar.whole.has(short)) short = withoutEnding(short);
  const [a, b] = short.slice(-2);
  return short.length > SHORTEST && a === b && b !== "s" ? short.slice(0, -1) : short;
}

function withoutEnding(word) {
  for (const ending of ENDINGS) {
    const rest = word.slice(0, -ending.length);
    if (word.endsWith(ending) && rest.length >= SHORTEST && /[aeiouy]/.test(rest)) return rest;
  }
  return word;
}

// The words of a question that count; all of them if none would be left.
function telling(text, grammar) {
  const asked = plain(text), words = [], word = (w, weight) => ({ text: singular(w), stem: stem(w, grammar), weight });
  let begin = 0, weight = 1;
  while (begin < asked.length - 1 && grammar.asking.has(asked[begin])) begin++;
  for (const w of asked.slice(begin)) {
    if (grammar.prepositions.has(w) && namesAThing(words, grammar)) weight = GROUPING;
    if (grammar.negations.has(w)) words.push({ text: w, stem: NOT, weight: NEGATION });
    else if (!grammar.fillers.has(w)) words.push(word(w, weight));
  }
  return words.length ? rolesLess(words, grammar) : asked.map((w) => word(w, 1));
}

// Whether the words so far ask for something: "customers on the call list" asks for the list.
const namesAThing = (words, { roles }) => words.some(({ text, stem }) => stem !== NOT && !roles.has(text));

// The words, where those for a role count less; the same if there are no others.
function rolesLess(words, grammar) {
  if (!namesAThing(words, grammar)) return words;
  return words.map((word) => ({ ...word, weight: word.weight * (grammar.roles.has(word.text) ? ROLE : 1) }));
}

// Whether a word of a phrase says nothing by itself, such as "on" of "on hold".
const isLittle = ({ text, stem }, { asking, prepositions, particles }) => stem === NOT || asking.has(text) || prepositions.has(text) || particles.has(text);

// The words of a question that are marked in its answers: not the "a" of "price of a boiler".
function worthMarking(text, { fillers, asking, prepositions }) {
  const asked = plain(text), telling = asked.filter((w) => !fillers.has(w) && !asking.has(w) && !prepositions.has(w));
  return telling.length ? telling : asked;
}

const slips = (length) => (length >= TYPO) + (length >= TWO_TYPOS);

function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [], row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const last = before;
    before = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, last[j - 2] + 1);
      row.push(cost);
    }
  }
  return Math.min(row.at(-1), most + 1);
}

// -- what the words may mean

function joined(index, told) {
  const found = [];
  for (const word of told) {
    const both = found.length ? singular(found.at(-1).text + word.text) : "";
    if (both && index.spellings.has(both)) found.splice(-1, 1, { text: both, stem: index.spellings.get(both), weight: found.at(-1).weight });
    else found.push(...apart(index, word));
  }
  return found;
}

function apart(index, word) {
  if (isKnown(index, word)) return [word];
  for (let at = 3; at < word.text.length - 2; at++) {
    const parts = [word.text.slice(0, at), word.text.slice(at)];
    if (parts.every((text) => index.spellings.has(text))) return parts.map((text) => ({ text, stem: index.spellings.get(text), weight: word.weight }));
  }
  return [word];
}

const isKnown = (index, { stem, text }) => stem === NOT || index.postings.has(stem) || index.spellings.has(text) || index.synonyms.has(stem);

function asking(index, word, last, alone) {
  const known = isKnown(index, word), means = begun(index, word, last, alone, known);
  for (const other of index.synonyms.get(word.stem) ?? []) means.set(other, SYNONYM);
  if (known) means.set(word.stem, 1);
  const readAs = means.size ? "" : mended(index, word.text);
  if (readAs) {
    const stem = index.spellings.get(readAs);
    for (const other of index.synonyms.get(stem) ?? []) means.set(other, SLIP * SYNONYM);
    means.set(stem, SLIP);
  }
  return { word, means: new Map([...related(index, word.stem), ...means]), readAs };
}

// The other stems of its family: those that begin with the same six letters.
function related(index, stem) {
  const means = new Map(), head = stem.slice(0, FAMILY);
  if (stem.length < FAMILY || stem.length > FAMILY_LONGEST) return means;
  for (const other of index.rarity.keys()) if (other.startsWith(head) && other.length <= FAMILY_LONGEST) means.set(other, RELATED);
  return means;
}

function begun(index, word, last, alone, known) {
  const means = new Map(), least = last ? (alone ? 1 : 2) : LETTERS_BEGUN;
  if (known && (!last || (!alone && word.text.length < LETTERS_BEGUN))) return means;
  if (word.text.length < least) return means;
  const factor = known ? BEGUN_KNOWN : BEGUN;
  for (const [text, stem] of index.spellings) if (text.startsWith(word.text)) means.set(stem, factor);
  if (!known) for (const stem of index.postings.keys()) if (stem.startsWith(word.stem)) means.set(stem, factor);
  return means;
}

function mended(index, text) {
  const most = slips(text.length);
  const room = text.length >= LONG ? Math.max(most, 1 + FIRST_LETTER) : most;
  let best = "", least = room + 0.1;
  for (const known of index.spellings.keys()) {
    const far = distance(text, known, most) + FIRST_LETTER * (known[0] !== text[0]);
    if (far < least) [best, least] = [known, far];
  }
  return best;
}

// -- where the words are

// For each resource, by the number of the word: { score, weight, reason }.
function ownWords(index, asked) {
  const found = new Map();
  asked.forEach(({ word, means }, at) => {
    for (const [stem, factor] of means) {
      const posted = index.postings.get(stem) ?? [], value = word.weight * factor * (index.rarity.get(stem) ?? 1);
      const keep = (number, weight, reason) => {
        if (!found.has(number)) found.set(number, new Map());
        const here = found.get(number);
        if (!here.has(at) || here.get(at).score < value * weight) here.set(at, { score: value * weight, weight: weight * factor, reason });
      };
      for (let i = 0; i < posted.length; i += 3) keep(posted[i], posted[i + 1], posted[i + 2]);
      for (const [number, weight] of index.spoken.get(stem) ?? []) keep(number, weight, SAID);
    }
  });
  return found;
}

// For each resource its best phrase: { worth, by, covered, filters, denies }.
function phrases(index, asked) {
  const best = new Map(), heard = new Set(asked.flatMap(({ means }) => [...means.keys()]));
  for (const [by, needed, meant, filters] of index.phrases) {
    if (!needed.every((stem) => heard.has(stem))) continue;
    const { score, covered } = cover(index, asked, needed);
    if (!covered.size) continue;
    meant.forEach((number, rank) => {
      const worth = score * ofRank(rank);
      if (!best.has(number) || best.get(number).worth < worth) best.set(number, { worth, by, covered, filters, denies: needed.includes(NOT) });
    });
  }
  return best;
}

function cover(index, asked, needed) {
  const covered = new Set();
  let score = LONGER_PHRASE * (needed.length - 1);
  for (const stem of needed) {
    let at = -1, factor = 0;
    asked.forEach(({ means }, i) => { if (!covered.has(i) && (means.get(stem) ?? 0) > factor) [at, factor] = [i, means.get(stem)]; });
    if (at < 0) return { score: 0, covered: new Set() };
    covered.add(at);
    score += PHRASE * asked[at].word.weight * factor * (index.rarity.get(stem) ?? 1);
  }
  return { score, covered };
}

// -- one resource

const reasonOf = (index, { word, readAs }, number) => (number === SAID ? [`for “${readAs || word.text}”`, "", ""] : index.reasons[number] || []);

function judge(index, asked, number, own, said, negated) {
  const matched = new Set(own.keys()), plainly = new Set(own.keys()), filters = {}, why = [];
  let score = 0, by = "", inName = 0, every = 0, answered = 0;
  if (said) {
    let byOwnWords = 0;
    for (const at of [...said.covered].sort((a, b) => a - b)) byOwnWords += own.get(at)?.score ?? 0;
    for (const at of said.covered) matched.add(at);
    if (said.worth > byOwnWords) {
      [by, score] = [said.by, said.worth];
      for (const at of said.covered) plainly.delete(at);
      if (!negated || said.denies) Object.assign(filters, said.filters[index.names[number]]);
    }
  }
  for (const { weight } of own.values()) inName += weight >= OWN_NAME;
  for (const at of [...plainly].sort((a, b) => a - b)) {
    score += own.get(at).score;
    const [text, filter, value] = reasonOf(index, asked[at], own.get(at).reason);
    if (!text || why.includes(text)) continue;
    why.push(text);
    if (filter && inName && !negated && !(filter in filters)) filters[filter] = value;
  }
  const spare = Math.max(0, index.name_words[number] - inName);
  score += index.priors[number] - SPARE * spare;
  if (!spare && !by) score += WHOLE_NAME;
  asked.forEach(({ word }, at) => {
    every += word.weight;
    if (matched.has(at)) answered += word.weight;
  });
  score *= 1 - UNCOVERED + UNCOVERED * (answered / every);
  const readAs = asked.filter((each, at) => each.readAs && matched.has(at)).map((each) => each.readAs);
  const first = by ? [`for “${by}”`] : readAs.length ? [`read as “${readAs.join(" ")}”`] : [];
  return { number, score, why: [...first, ...why], filters, whole: matched.size === asked.length };
}

// The resources that answer a question, the best first.
function search(index, text) {
  const words = plain(text), told = joined(index, telling(text, index.grammar));
  const typed = !index.grammar.fillers.has(words.at(-1));
  const asked = told.map((word, i) => asking(index, word, typed && i === told.length - 1, told.length === 1));
  const negated = words.some((word) => index.grammar.negations.has(word));
  const own = ownWords(index, asked), said = phrases(index, asked), numbers = [...new Set([...own.keys(), ...said.keys()])];
  const hits = numbers.map((number) => judge(index, asked, number, own.get(number) ?? new Map(), said.get(number), negated));
  hits.sort((a, b) => b.score - a.score || a.number - b.number);
  return hits.filter((hit) => hit.score > 0 && hit.score >= FAR_BELOW * hits[0].score);
}
