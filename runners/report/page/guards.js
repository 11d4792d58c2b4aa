// What the guards did in a round: taken off, refused and where, and edits that were asked for again.
"use strict";

function guardChips({ guarded, repaired }) {
  const names = (list) => [...new Set(list)].join(", ").replaceAll("_", " ");
  const chips = [];
  if (repaired.length) chips.push(chip("repaired"));
  if (guarded?.cleaned.length) chips.push(chip(`cleaned: ${names(guarded.cleaned)}`));
  if (guarded?.refused.length) {
    chips.push(chip(`refused: ${names(guarded.refused.map((each) => each.guard))}`, "warn"));
  }
  return chips;
}

// A paragraph for what was taken off, and one for each refusal.
function guardedParts(guarded) {
  if (!guarded) return [];
  const parts = guarded.refused.map(({ guard, at, text, reason }) => {
    const told = reason ? [`: ${reason}`] : [` at letter ${at}: `, make("q", "", text)];
    return make("p", "failure", make("strong", "", `Refused by ${guard}`), ...told);
  });
  if (guarded.cleaned.length) {
    parts.unshift(make("p", "note", `Guards took off: ${guarded.cleaned.join(", ")}`));
  }
  for (const [name, seconds] of Object.entries(guarded.seconds ?? {})) {
    parts.push(make("p", "note", `${name} took ${seconds.toFixed(3)} s`));
  }
  return parts.length ? [titled("Guards", ...parts)] : [];
}

function repairedParts({ repaired }) {
  return repaired.flatMap(({ edit, guarded }) => [
    titled("An edit that was refused, and asked for again", textBlock(edit, "text quiet")),
    ...guardedParts(guarded),
  ]);
}
