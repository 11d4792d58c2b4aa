// A list of any length of which only the rows in sight exist.
"use strict";

const ROW_HEIGHT = 76; // as page.css has it
const BEYOND = 6;

class RowList {
  constructor(element, draw, choose) {
    this.element = element;
    this.space = element.querySelector(".space");
    this.draw = draw;
    this.choose = choose;
    this.rows = [];
    this.place = -1;
    this.drawn = new Map();
    element.addEventListener("scroll", () => this.update(), { passive: true });
    element.addEventListener("keydown", (event) => this.key(event));
    this.space.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) this.select(Number(row.dataset.place));
    });
    new ResizeObserver(() => this.update()).observe(element);
  }

  show(rows, selected) {
    this.rows = rows;
    this.place = rows.indexOf(selected);
    this.space.style.height = `${rows.length * ROW_HEIGHT}px`;
    this.space.replaceChildren();
    this.drawn.clear();
    if (this.place < 0) this.element.scrollTop = 0;
    this.update();
  }

  update() {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - BEYOND);
    const end = Math.min(
      this.rows.length,
      Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + BEYOND,
    );
    for (const [place, row] of this.drawn) {
      if (place < first || place >= end) {
        row.remove();
        this.drawn.delete(place);
      }
    }
    for (let place = first; place < end; place++) {
      if (!this.drawn.has(place)) this.drawn.set(place, this.add(place));
    }
    this.mark();
  }

  add(place) {
    const row = this.draw(this.rows[place]);
    row.id = `row-${place}`;
    row.dataset.place = place;
    row.style.top = `${place * ROW_HEIGHT}px`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-setsize", this.rows.length);
    row.setAttribute("aria-posinset", place + 1);
    this.space.append(row);
    return row;
  }

  mark() {
    for (const [place, row] of this.drawn) row.setAttribute("aria-selected", place === this.place);
    if (this.drawn.has(this.place)) {
      this.element.setAttribute("aria-activedescendant", `row-${this.place}`);
    } else {
      this.element.removeAttribute("aria-activedescendant");
    }
  }

  select(place) {
    if (place < 0 || place >= this.rows.length) return;
    this.place = place;
    const top = place * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    if (clientHeight && top + ROW_HEIGHT > scrollTop + clientHeight) {
      this.element.scrollTop = top + ROW_HEIGHT - clientHeight;
    }
    this.update();
    this.choose(this.rows[place]);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT) - 1);
    const last = this.rows.length - 1;
    const places = {
      ArrowDown: Math.min(last, this.place + 1),
      ArrowUp: Math.max(0, this.place - 1),
      PageDown: Math.min(last, this.place + page),
      PageUp: Math.max(0, this.place - page),
      Home: 0,
      End: last,
    };
    if (!(event.key in places)) return;
    event.preventDefault();
    this.select(places[event.key]);
  }
}
