// Which rows to show, and in which order.
"use strict";

const ENDINGS = {
  max_rounds: "at the last round, still winning",
  not_improved: "the edit did not win",
  adopted: "edit taken without a judge",
  edit_refused: "edit refused by a guard",
  edit_empty: "empty edit",
  edit_truncated: "edit cut off",
  edit_unfinished: "thinking without an edit",
  edit_filtered: "edit filtered by the endpoint",
  failed: "failed",
  tool_call: "skipped: tool call",
  nothing_asked: "skipped: nothing asked",
  empty_question: "skipped: empty question",
  response_not_text: "skipped: response is not text",
  instruction_not_text: "skipped: instruction is not text",
  max_turns: "skipped: --max-turns",
  max_conversation_tokens: "skipped: --max-conversation-tokens",
};

const pairs = (test) => {
  let bits = 0;
  VERDICTS.forEach((one, i) =>
    VERDICTS.forEach((two, j) => {
      if (test(one, two)) bits |= 1 << (VERDICTS.length * i + j);
    }),
  );
  return bits;
};
const VERDICT_CHOICES = [
  ["both for the edited", pairs((one, two) => one === "edited" && two === "edited")],
  ["both for the original", pairs((one, two) => one === "original" && two === "original")],
  ["first place won twice", pairs((one, two) => one === "original" && two === "edited")],
  ["second place won twice", pairs((one, two) => one === "edited" && two === "original")],
  ["a tie", pairs((one, two) => one === "tie" || two === "tie")],
  ["one unparsable", pairs((one, two) => one === "unparsable" || two === "unparsable")],
  ["one unfinished", pairs((one, two) => one === "unfinished" || two === "unfinished")],
];

const RATIO_CHOICES = [
  ["shorter", (ratio) => ratio < 0.95],
  ["about the same (±5%)", (ratio) => ratio >= 0.95 && ratio <= 1.05],
  ["up to twice as long", (ratio) => ratio > 1.05 && ratio <= 2],
  ["two to four times", (ratio) => ratio > 2 && ratio <= 4],
  ["more than four times", (ratio) => ratio > 4],
];

const least = (run, row) => run.ratio(row) ?? Infinity;
const most = (run, row) => run.ratio(row) ?? -Infinity;
const ORDERS = [
  ["as in the data", null],
  ["most rounds won", (run, a, b) => run.accepted[b] - run.accepted[a]],
  ["most longer first", (run, a, b) => most(run, b) - most(run, a) || 0],
  ["most shorter first", (run, a, b) => least(run, a) - least(run, b) || 0],
  ["longest response first", (run, a, b) => run.after[b] - run.after[a]],
];

// Choices of a run's comparisons, as labels and tests of a row; named where there are several.
function comparedChoices(comparisons) {
  const choices = comparisons.flatMap((each) => [
    ...Object.keys(COMPARED).map((name) => [each, COMPARED[name], (row) => each[name][row] > 0]),
    [each, "not compared", (row) => each.pairs[row].length === 0],
  ]);
  return choices
    .filter(([each, , test]) => each.pairs.some((_, row) => test(row)))
    .map(([each, label, test]) => [labelled(comparisons, each, label), test]);
}

function comparedOrders(comparisons) {
  return comparisons.flatMap((each) => {
    const points = (row) => each.win[row] - each.loss[row];
    return [
      ["wins of B first", (run, a, b) => points(b) - points(a)],
      ["wins of A first", (run, a, b) => points(a) - points(b)],
      ["flips first", (run, a, b) => each.flip[b] - each.flip[a]],
    ].map(([label, compare]) => [labelled(comparisons, each, label), compare]);
  });
}

function labelled(comparisons, one, label) {
  return comparisons.length > 1 ? `${label}, ${one.name}` : label;
}

class Filters {
  constructor(form) {
    this.form = form;
  }

  // Offers only what the run has.
  offer(run) {
    const { accepted, stop, verdicts, ratio, flag, guard, compared, order } = this.form.elements;
    const present = (column) => column.reduce((bits, each) => bits | each, 0);
    const numbers = [...new Set(run.accepted)].sort((a, b) => a - b);
    const any = ["", "any"];
    fill(accepted, [any, ...numbers.map((number) => [number, number])]);
    fill(stop, [any, ...run.stops.map((name, n) => [n, ENDINGS[name] ?? name])]);
    const seen = present(run.pairs);
    const choices = VERDICT_CHOICES.filter(([, bits]) => bits & seen);
    fill(verdicts, [any, ...choices.map(([label, bits]) => [bits, label])]);
    fill(ratio, [any, ...RATIO_CHOICES.map(([label], n) => [n, label])]);
    fill(flag, [any, ...run.flags.map((name, n) => [n, name.replaceAll("_", " ")])]);
    flag.closest("label").hidden = run.flags.length === 0;
    fill(guard, [any, ...run.marks.map((name, n) => [n, name.replaceAll("_", " ")])]);
    guard.closest("label").hidden = run.marks.length === 0;
    this.compared = comparedChoices(run.comparisons);
    fill(compared, [any, ...this.compared.map(([label], n) => [n, label])]);
    compared.closest("label").hidden = run.comparisons.length === 0;
    this.orders = [...ORDERS, ...comparedOrders(run.comparisons)];
    fill(order, this.orders.map(([label], n) => [n, label]));
  }

  get words() {
    return this.form.elements.words.value.trim();
  }

  // The rows that pass everything but the search, in order.
  rows(run) {
    const tests = this.tests(run);
    const rows = [];
    for (let row = 0; row < run.size; row++) {
      if (tests.every((test) => test(row))) rows.push(row);
    }
    const compare = this.orders[this.form.elements.order.value || 0][1];
    return compare ? rows.sort((a, b) => compare(run, a, b) || a - b) : rows;
  }

  tests(run) {
    const { accepted, stop, verdicts, ratio, flag, guard, compared } = this.form.elements;
    const tests = [];
    if (accepted.value) tests.push((row) => run.accepted[row] === Number(accepted.value));
    if (stop.value) tests.push((row) => run.stop[row] & (1 << stop.value));
    if (verdicts.value) tests.push((row) => run.pairs[row] & verdicts.value);
    if (ratio.value) {
      const fits = RATIO_CHOICES[ratio.value][1];
      tests.push((row) => run.ratio(row) !== null && fits(run.ratio(row)));
    }
    if (flag.value) tests.push((row) => run.flag[row] & (1 << flag.value));
    if (guard.value) tests.push((row) => run.guards[row].includes(Number(guard.value)));
    if (compared.value) tests.push(this.compared[compared.value][1]);
    return tests;
  }
}
