// The review: shows a round, sends each verdict as it is given, and shows what comes next.
"use strict";

const KEYS = { ArrowLeft: "left", ArrowRight: "right", t: "tie", T: "tie", "=": "tie" };
const BACK = ["u", "U", "Backspace"];

class ReviewPage {
  constructor() {
    for (const id of ["round", "end", "instruction", "input", "left", "right"]) this[id] = document.getElementById(id);
    this.choices = document.getElementById("choices");
    this.trouble = document.getElementById("trouble");
    this.back = document.getElementById("back");
    this.state = null;
    this.isBusy = false;
    this.listen();
  }

  listen() {
    document.addEventListener("keydown", (event) => this.key(event));
    this.back.addEventListener("click", () => this.undo());
    for (const button of this.choices.querySelectorAll("[data-choice]"))
      button.addEventListener("click", () => this.choose(button.dataset.choice));
  }

  key(event) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = KEYS[event.key];
    if (!choice && !BACK.includes(event.key)) return;
    event.preventDefault();
    if (choice) this.choose(choice);
    else this.undo();
  }

  choose(choice) {
    if (this.state !== null && this.state.number !== null)
      this.ask("verdict", { number: this.state.number, choice });
  }

  undo() {
    if (this.state?.done) this.ask("back", {});
  }

  // One question at a time: a key pressed before the next round is here would be meant for this one.
  async ask(what, told) {
    if (this.isBusy) return;
    this.isBusy = true;
    this.enable();
    try {
      this.show(await this.fetched(what, told));
      this.tell("");
    } catch (error) {
      this.tell(error instanceof TypeError ? "Not kept: coevol review is not running. Start it again, and open the address that it says." : `Not kept: ${error.message}.`);
    } finally {
      this.isBusy = false;
      this.enable();
    }
  }

  async fetched(what, told) {
    const headers = { "Content-Type": "application/json" };
    const post = { method: "POST", headers, body: JSON.stringify(told) };
    const answer = await fetch(what, told ? post : {});
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error);
    return found;
  }

  show(state) {
    this.state = state;
    const isEnd = state.number === null;
    this.round.hidden = isEnd;
    this.end.hidden = !isEnd;
    this.choices.toggleAttribute("data-end", isEnd);
    const [done, total] = [state.done, state.total].map((count) => count.toLocaleString("en"));
    document.getElementById("count").textContent = `${done} of ${total} reviewed`;
    Object.assign(document.getElementById("bar"), { max: state.total, value: state.done });
    if (!isEnd) this.fill(state);
    scrollTo(0, 0);
    (isEnd ? this.end : this.round).focus({ preventScroll: true });
    document.documentElement.dataset.shown = isEnd ? "end" : String(state.number); // for who waits
  }

  fill(state) {
    for (const part of ["instruction", "input", "left", "right"]) {
      this[part].textContent = state[part] || "(empty)";
      this[part].classList.toggle("none", !state[part]);
    }
    document.getElementById("with-input").hidden = !state.input;
  }

  tell(words) {
    this.trouble.textContent = words;
    this.trouble.hidden = !words;
  }

  enable() {
    for (const button of this.choices.querySelectorAll("[data-choice]"))
      button.disabled = this.isBusy || this.state === null;
    this.back.disabled = this.isBusy || !this.state?.done;
  }
}

new ReviewPage().ask("now");
