// The rows: an index in columns, and blocks of texts and debates that are unpacked when needed.
"use strict";

const VERDICTS = ["edited", "tie", "original", "unparsable", "unfinished"];

async function unpack(id) {
  if (!document.getElementById(id)) await wholePage; // it may stand further down, not yet read
  const packed = atob(document.getElementById(id).textContent);
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

const wholePage = new Promise((resolve) => {
  if (document.readyState !== "loading") resolve();
  else document.addEventListener("DOMContentLoaded", () => resolve());
});

// What can come of a pair in a comparison, and a flip beside it.
const COMPARED = { win: "B wins", tie: "tie", loss: "A wins", flip: "flip", failed: "failed" };

// A comparison whose side B are the run's responses; its pairs by rows, the turns of a row one by one.
class Comparison {
  constructor({ name, title, pairs }) {
    Object.assign(this, { name, title });
    this.pairs = pairs.map((row) => row.map((pair) => this.read(...pair)));
    for (const each in COMPARED) {
      this[each] = this.pairs.map((row) => row.filter((pair) => pair.outcomes.includes(each)).length);
    }
  }

  read(turn, outcome, aFirst, bFirst, unasked) {
    const flip = [aFirst, bFirst].sort().join() === "a,b";
    return { turn, outcomes: flip ? [outcome, "flip"] : [outcome], aFirst, bFirst, unasked };
  }
}

class Run {
  static async load(number) {
    return new Run(number, await unpack(`index-${number}`));
  }

  constructor(number, index) {
    this.number = number;
    this.size = index.columns.id.length;
    this.stops = index.stops;
    this.flags = index.flags;
    this.marks = index.guards; // what the guards did in some row; columns.guards has their places
    this.comparisons = index.comparisons.map((each) => new Comparison(each));
    this.starts = { texts: index.texts, debates: index.debates };
    Object.assign(this, index.columns); // position, id, preview, accepted, rounds and so on
    this.recent = new Map();
    this.searched = new Map();
  }

  ratio(row) {
    return this.before[row] ? this.after[row] / this.before[row] : null;
  }

  texts(row) {
    return this.value("texts", row);
  }

  debates(row) {
    return this.value("debates", row);
  }

  async value(part, row) {
    const starts = this.starts[part];
    const block = lastAtMost(starts, row);
    return (await this.block(part, block))[row - starts[block]];
  }

  // The last few blocks stay unpacked.
  async block(part, block) {
    const id = `${part}-${this.number}-${block}`;
    if (!this.recent.has(id)) {
      if (this.recent.size >= 8) this.recent.delete(this.recent.keys().next().value);
      this.recent.set(id, unpack(id));
    }
    return this.recent.get(id);
  }

  // Yields the rows that hold the words, block by block, so that the page stays alive meanwhile.
  async *search(words) {
    const wanted = words.toLowerCase();
    const starts = this.starts.texts;
    for (let block = 0; block < starts.length; block++) {
      const texts = await this.searchable(block);
      const found = [];
      texts.forEach((text, n) => {
        const row = starts[block] + n;
        if (text.includes(wanted) || this.id[row].toLowerCase().includes(wanted)) found.push(row);
      });
      yield { found, share: (block + 1) / starts.length };
    }
  }

  async searchable(block) {
    if (!this.searched.has(block)) {
      const rows = await unpack(`texts-${this.number}-${block}`);
      this.searched.set(block, rows.map(wordsOf));
    }
    return this.searched.get(block);
  }
}

function wordsOf({ messages, turns }) {
  const texts = [...messages.map((each) => each.text), ...turns.map((turn) => turn.after)];
  return texts.join("\n").toLowerCase();
}

function lastAtMost(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
