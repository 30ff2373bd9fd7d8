// The same rules over the same items in Node: conditions turned into closures, texts lowered once an item, sets left as soon as they are
// decided. Conditions count when they are evaluated.
const fs = require('node:fs');
const { rules, items } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
let evaluated = 0;

const comparators = {
  EQUALS: (a, b) => a === b, NOT_EQUAL_TO: (a, b) => a !== b, LESS_THAN: (a, b) => a < b, LESS_THAN_OR_EQUALS: (a, b) => a <= b,
  GREATER_THAN: (a, b) => a > b, GREATER_THAN_OR_EQUALS: (a, b) => a >= b,
};

function values(input) {
  if (input.type === 'CONTENT_COOP_INPUT') return (item) => item.allText;
  return (item) => item.data[input.name];
}

function leaf({ input, signal, matchingValues, comparator, threshold }) {
  const pick = values(input);
  if (comparator === 'IS_NOT_PROVIDED') return (item) => (evaluated++, pick(item) === undefined);
  let test;
  if (signal?.type === 'TEXT_MATCHING_CONTAINS_TEXT') {
    const needles = matchingValues.strings.map((text) => text.toLowerCase());
    const key = input.name;
    return (item) => {
      evaluated++;
      const value = pick(item);
      if (value === undefined) return false;
      const lowered = item.lowered[key] ??= value.toLowerCase();
      return needles.some((needle) => lowered.includes(needle));
    };
  }
  if (signal?.type === 'TEXT_MATCHING_CONTAINS_REGEX') {
    const patterns = matchingValues.strings.map((text) => new RegExp(text, 'i'));
    test = (value) => patterns.some((pattern) => pattern.test(value));
  } else {
    const wanted = threshold === 'true' ? true : threshold === 'false' ? false : threshold;
    const compare = comparators[comparator];
    test = (value) => compare(value, wanted);
  }
  return (item) => {
    evaluated++;
    const value = pick(item);
    if (value === undefined) return false;
    return Array.isArray(value) ? value.some(test) : test(value);
  };
}

function set({ conjunction, conditions }) {
  const children = conditions.map((condition) => (condition.conditions ? set(condition) : leaf(condition)));
  return conjunction === 'AND' ? (item) => children.every((child) => child(item)) : (item) => children.some((child) => child(item));
}

const compiled = rules.map((rule) => set(rule.conditionSet));
const texts = ['text', 'title', 'language'];

function round() {
  evaluated = 0;
  let passed = 0;
  const start = process.hrtime.bigint();
  for (const { data } of items) {
    const parts = texts.map((name) => data[name]).filter((text) => text !== undefined);
    const item = { data, allText: parts.concat(data.tags).join(' '), lowered: {} };
    for (const rule of compiled) if (rule(item)) passed++;
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { passed, conditions: evaluated / seconds, items: items.length / seconds };
}

round(); round();   // for the compiler to warm up
const rounds = Array.from({ length: 7 }, round).sort((a, b) => a.items - b.items);
const { passed, conditions, items: rate } = rounds[3];
console.log(JSON.stringify({ passed, conditionsPerSecond: conditions, itemsPerSecond: rate }));
