// One sample: what was asked, before and after with the words that changed, and every round.
"use strict";

const ROLES = {
  instruction: "Instruction",
  input: "Input",
  user: "User",
  system: "System",
  assistant: "Assistant",
  tool: "Tool",
};
const SPEAKERS = {
  positive_predetermined: "Positive debater, first speech",
  critical_predetermined: "Critical debater, first speech",
  positive_free: "Positive debater, on the critical one",
  critical_free: "Critical debater, on the positive one",
};
const JUDGES = {
  judge_original_first: "Judge, original first",
  judge_edited_first: "Judge, edited first",
  person: "A person",
};
// A further judge of a panel has its number at the end: judge_edited_first_2.
const JUDGE = /^(judge_(?:original|edited)_first)(?:_(\d))?$/;

function judgeTitle(name) {
  const [, order, number] = JUDGE.exec(name) ?? [];
  if (order === undefined) return JUDGES[name] ?? name;
  return number ? JUDGES[order].replace("Judge", `Judge ${number}`) : JUDGES[order];
}

const OUTCOMES = {
  improved: "edit won",
  adopted: "edit taken",
  not_improved: "edit did not win",
  edit_refused: "edit refused",
  edit_empty: "empty edit",
  edit_truncated: "edit cut off",
  edit_unfinished: "thinking without an edit",
  edit_filtered: "edit filtered",
};
const DIFF_MILLISECONDS = 400;

function textBlock(text, className = "text") {
  return text ? make("div", className, text) : make("div", "text none", "(empty)");
}

// Two columns with the words that differ marked; without marks where that would take too long.
function compared(before, after, titles) {
  const parts = Diff.diffWordsWithSpace(before, after, { timeout: DIFF_MILLISECONDS });
  const side = (without, tag) => {
    const shown = parts.filter((part) => !part[without]);
    const pieces = shown.map((part) =>
      part.added || part.removed ? make(tag, "", part.value) : part.value,
    );
    return make("div", "text", ...pieces);
  };
  const marked = (text, without, tag) => (parts && text ? side(without, tag) : textBlock(text));
  const old = make("div", "old", make("h4", "", titles[0]), marked(before, "added", "del"));
  const new_ = make("div", "new", make("h4", "", titles[1]), marked(after, "removed", "ins"));
  const two = make("div", "two", old, new_);
  if (parts) return two;
  return make("div", "", make("p", "note", "Too different to mark the words."), two);
}

// The entries of an object by the order of known names; unknown ones come last.
function inOrder(values, names) {
  const order = Object.keys(names);
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.entries(values).sort(([a], [b]) => place(a) - place(b));
}

function chip(label, kind = "") {
  return make("span", `chip ${kind}`, label);
}

// What was thought before words were said, folded; nothing if nothing was.
function thought(text) {
  if (!text) return [];
  return [make("details", "thinking", make("summary", "", "Thinking"), textBlock(text, "text quiet"))];
}

function titled(title, ...children) {
  return make("div", "", make("h4", "", title), ...children);
}

function roundView(round, response) {
  const judgements = inOrder(round.judgements, JUDGES);
  const summary = make(
    "summary",
    "",
    `Round ${round.k}`,
    chip(OUTCOMES[round.outcome] ?? round.outcome, round.outcome),
    ...judgements.map(([judge, said]) => {
      const order = judge.startsWith("judge_edited_first") ? "edited first" : "original first";
      return chip(`${judge === "person" ? "a person" : order}: ${said.verdict}`, said.verdict);
    }),
    ...guardChips(round),
    ...round.flags.map((flag) => chip(flag.replaceAll("_", " "), "warn")),
  );
  const inside = make("div", "inside");
  const details = make("details", "round", summary, inside);
  // What is inside is made when it is opened.
  details.addEventListener("toggle", () => inside.append(...roundParts(round, response)), {
    once: true,
  });
  return details;
}

// Points as they are, probabilities to three digits.
function points(score) {
  return Number.isInteger(score) ? score : Number(score.toFixed(3));
}

function roundParts(round, response) {
  const speeches = inOrder(round.speeches, SPEAKERS).map(([name, text]) =>
    titled(SPEAKERS[name] ?? name, ...thought(round.thinking[name]), textBlock(text)),
  );
  const debate = make(
    "details",
    "",
    make("summary", "", `Debate: ${speeches.length} speeches`),
    make("div", "two plain", ...speeches),
  );
  const judged = inOrder(round.judgements, JUDGES).map(([name, said]) => {
    const scores = `scores: original ${points(said.original_score)}, edited ${points(said.edited_score)}`;
    const about = [said.unparsable, scores].filter(Boolean).join("; ");
    const head = make("p", "note", chip(said.verdict, said.verdict), ` ${about}`);
    return titled(judgeTitle(name), head, ...thought(round.thinking[name]), textBlock(said.text));
  });
  return [
    speeches.length ? debate : null,
    round.suggestions === null
      ? null
      : titled("Suggestions of the advisor", ...thought(round.thinking.advisor), textBlock(round.suggestions)),
    ...(round.thinking.editor ? [titled("Before the edit", ...thought(round.thinking.editor))] : []),
    ...repairedParts(round),
    ...guardedParts(round.guarded),
    compared(response, round.edit, ["Present response", "Edit"]),
    round.answer === null ? null : titled("What the editor wrote around it", textBlock(round.answer, "text quiet")),
    judged.length ? make("div", "two plain", ...judged) : null,
  ].filter(Boolean);
}

// The rounds of a turn; each tries to improve the response that the last winner left.
function roundViews(rounds, original) {
  let response = original;
  return rounds.map((round) => {
    const view = roundView(round, response);
    if (round.outcome === "improved" || round.outcome === "adopted") response = round.edit;
    return view;
  });
}

const CHOICES = {
  a: "A",
  b: "B",
  tie: "neither",
  unparsable: "nothing that can be read",
  unfinished: "nothing after its thinking",
};

// What came of a pair in each comparison: of the row, or of one turn of a conversation.
function outcomeViews(run, row, turn) {
  return run.comparisons.flatMap(({ title, pairs }) =>
    pairs[row]
      .filter((pair) => pair.turn === turn)
      .map(({ outcomes, aFirst, bFirst, unasked }) => {
        const said = `with A first it chose ${CHOICES[aFirst]}, with B first ${CHOICES[bFirst]}`;
        const told = unasked ? `not asked: ${unasked}` : aFirst ? said : "could not be asked";
        const chips = outcomes.map((each) => chip(COMPARED[each], each));
        return make("p", "note compared", ...chips, ` ${title}: ${told}`);
      }),
  );
}

function turnView(turn, original, isSample, verdicts) {
  const ending = ENDINGS[turn.stop ?? turn.skipped] ?? turn.stop ?? turn.skipped;
  const name = isSample ? "response" : "answer";
  const view =
    turn.after === original
      ? titled(`The ${name}, unchanged (${ending})`, textBlock(original))
      : compared(original, turn.after, [`Original ${name}`, `Evolved ${name}`]);
  return make("div", "turn", view, ...verdicts);
}

function aboutRow(run, row, usage) {
  const ratio = run.ratio(row);
  const won = `${run.accepted[row]} of ${run.rounds[row]} rounds won`;
  const length = `${run.before[row]} → ${run.after[row]} ${document.body.dataset.unit}`;
  const tokens = usage.input_tokens === null ? null : usage.input_tokens + usage.output_tokens;
  return [
    won,
    ratio === null ? length : `${length} (×${ratio.toFixed(2)})`,
    `${usage.calls} calls`,
    tokens === null ? null : `${tokens.toLocaleString("en")} tokens`,
    `id ${run.id[row]}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

// Fills the view; returns a function that fills in the rounds once they are unpacked.
function sampleView(run, row, { messages, turns, failure, usage }) {
  const flags = run.flags.filter((_, n) => run.flag[row] & (1 << n));
  const parts = [make("p", "about", aboutRow(run, row, usage))];
  parts.push(...outcomeViews(run, row, null));
  if (flags.length) {
    parts.push(make("p", "", ...flags.map((flag) => chip(flag.replaceAll("_", " "), "warn"))));
  }
  if (failure) {
    const said = `Failed at ${failure.stage} after ${failure.attempts} attempts: ${failure.error}: ${failure.message}`;
    parts.push(make("p", "failure", said));
  }
  const byMessage = new Map(turns.map((turn, n) => [turn.at, n]));
  const isSample = messages[0]?.role === "instruction";
  const views = [];
  messages.forEach((message, at) => {
    const turn = turns[byMessage.get(at)];
    if (turn) {
      const view = turnView(turn, message.text, isSample, outcomeViews(run, row, turn.at));
      views.push({ view, original: message.text });
      parts.push(view);
    } else {
      const role = failure && message.role === "response" ? "Response" : message.role;
      parts.push(titled(ROLES[role] ?? role, textBlock(message.text)));
    }
  });
  const addRounds = (debates) => {
    views.forEach(({ view, original }, n) => view.append(...roundViews(debates[n], original)));
  };
  return { parts, addRounds };
}
