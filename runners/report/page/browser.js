// The browser of samples: list, filters, search and the sample that is open.
"use strict";

const isNarrow = matchMedia("(max-width: 48rem)"); // as page.css has it

class Browser {
  constructor() {
    this.element = document.getElementById("browser");
    this.sample = document.getElementById("sample");
    this.count = document.getElementById("count");
    this.form = document.getElementById("filters");
    this.filters = new Filters(this.form);
    this.runs = new Map();
    this.turn = 0; // of the last change: what an earlier one finds is not shown any more
    this.opened = 0;
    this.row = null;
    this.list = new RowList(
      document.getElementById("list"),
      (row) => this.drawRow(row),
      (row) => this.open(row),
    );
    this.listen();
  }

  listen() {
    let timer;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.change(), 150);
    };
    this.form.elements.words.addEventListener("input", soon);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("reset", () => setTimeout(() => this.change()));
    this.form.addEventListener("change", (event) => {
      if (event.target.name === "run") this.choose(Number(event.target.value));
      else if (event.target.name !== "words") this.change();
    });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.form.elements.words.focus();
    }
    if (event.key === "Escape" && this.element.classList.contains("open")) this.close();
  }

  async choose(number) {
    if (!this.runs.has(number)) this.runs.set(number, await Run.load(number));
    this.run = this.runs.get(number);
    this.row = null;
    this.close();
    this.sample.replaceChildren(make("p", "empty", "Choose a row to see it before and after."));
    this.filters.offer(this.run);
    await this.change();
  }

  async change() {
    const turn = ++this.turn;
    const run = this.run;
    const rows = this.filters.rows(run);
    if (!this.filters.words) {
      this.show(rows);
      return;
    }
    const found = new Set();
    for await (const piece of run.search(this.filters.words)) {
      if (turn !== this.turn) return;
      piece.found.forEach((row) => found.add(row));
      if (piece.share < 1) this.count.textContent = `Searching: ${Math.round(100 * piece.share)}%`;
    }
    this.show(rows.filter((row) => found.has(row)));
  }

  show(rows) {
    this.list.show(rows, this.row);
    const [shown, all] = [rows.length, this.run.size].map((n) => n.toLocaleString("en"));
    this.count.textContent = rows.length ? `${shown} of ${all} rows` : "No row is like that.";
  }

  drawRow(row) {
    const { run } = this;
    const ratio = run.ratio(row);
    const failed = run.stops.indexOf("failed");
    const won = run.accepted[row];
    const dots = make("span", "dots", "●".repeat(Math.min(won, 9)) || "○");
    dots.title = `${won} rounds won`;
    const meta = make(
      "div",
      "meta",
      make("span", "", `#${run.position[row] + 1}`),
      failed >= 0 && run.stop[row] & (1 << failed) ? make("span", "chip warn", "failed") : dots,
      ratio !== null && won ? make("span", "", `×${ratio.toFixed(2)} length`) : null,
      run.flag[row] ? make("span", "", "⚑ flagged") : null,
      ...run.comparisons.map((each) => {
        const found = Object.keys(COMPARED).filter((name) => each[name][row] > 0);
        return make("span", "", found.map((name) => COMPARED[name]).join(", "));
      }),
    );
    const words = run.preview[row] || "(nothing asked)";
    return make("div", "row", make("div", "words", words), meta);
  }

  async open(row) {
    const opened = ++this.opened;
    const { run } = this;
    this.row = row;
    const { parts, addRounds } = sampleView(run, row, await run.texts(row));
    if (opened !== this.opened) return;
    this.sample.replaceChildren(this.bar(row), ...parts);
    this.sample.scrollTop = 0;
    this.element.classList.add("open");
    if (isNarrow.matches) this.element.scrollIntoView(); // where the sample takes the list's place
    const debates = await run.debates(row);
    if (opened === this.opened) addRounds(debates);
  }

  bar(row) {
    const step = (by) => () => this.list.select(this.list.place + by);
    const all = button("Open all", "", () => {
      const rounds = [...this.sample.querySelectorAll(".round")];
      const open = rounds.some((round) => !round.open);
      for (const round of rounds) round.open = open;
    });
    return make(
      "div",
      "bar",
      make("h3", "", `Row ${this.run.position[row] + 1}`),
      button("← List", "back", () => this.close()),
      button("Previous", "", step(-1)),
      button("Next", "", step(1)),
      all,
    );
  }

  close() {
    const wasOpen = this.element.classList.contains("open");
    this.element.classList.remove("open");
    this.list.update();
    if (wasOpen) this.list.element.focus({ preventScroll: true });
  }
}

new Browser().choose(0).then(() => {
  performance.mark("interactive"); // for who measures it
  document.documentElement.dataset.ready = "true"; // for who waits for it
});
