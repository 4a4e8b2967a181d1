
"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const table = one(".matrix");
  const detail = one("#detail");
  root.classList.add("js");

  // --- One view at a time: the table, or the section that the address names ---

  const open = (focuses) => {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name && document.getElementById(name);
    const section = target && target.closest(".censor");
    for (const each of all(".censor.open")) each.classList.toggle("open", each === section);
    root.classList.toggle("away", Boolean(section));
    document.title = (section ? one("h2", section).textContent + " · " : "") + "What gets through which censor";
    if (!section) {
      if (focuses && current) current.focus();
      return;
    }
    section.classList.add("open");
    if (!focuses) return target.scrollIntoView();
    const place = target === section ? one("h2", section) : target;
    place.focus({ preventScroll: true });
    if (target === section) scrollTo(0, 0);
    else place.scrollIntoView({ block: "center", inline: "nearest" });
  };

  // --- The table by keyboard: one of its links can be reached by Tab, arrow keys go to the others ---

  let current = null;
  const rows = () => all("tbody tr", table).filter((row) => !row.hidden);
  const stops = (row) => [...row.cells].filter((cell) => !cell.classList.contains("gone") && !cell.matches(".hits"));
  const link = (cell) => cell && one("a", cell);

  const choose = (next) => {
    if (current) current.tabIndex = -1;
    current = next;
    if (current) current.tabIndex = 0;
  };

  // From a place onwards to the next one that holds something.
  const seek = (row, column, down, right) => {
    const lines = rows();
    for (;;) {
      row += down;
      column += right;
      const cells = lines[row] && stops(lines[row]);
      if (!cells || !cells[column]) return null;
      if (link(cells[column])) return link(cells[column]);
    }
  };

  const move = (event) => {
    const cell = event.target.closest("td, th");
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
    const row = rows().indexOf(cell.parentElement);
    const column = stops(cell.parentElement).indexOf(cell);
    let next = null;
    if (event.key in steps) next = seek(row, column, ...steps[event.key]);
    else if (event.key === "Home") next = seek(row, -1, 0, 1);
    else if (event.key === "End") next = seek(row, stops(cell.parentElement).length, 0, -1);
    else if (event.key === "PageUp") next = seek(-1, column, 1, 0);
    else if (event.key === "PageDown") next = seek(rows().length, column, -1, 0);
    else return;
    event.preventDefault();
    if (!next) return;
    choose(next);
    next.focus({ preventScroll: true });
    show(next);
    reveal(next);
  };

  // What stands behind the sticky heads is not seen.
  const reveal = (place) => {
    const box = one(".scroller");
    const cell = place.closest("td, th");
    const line = cell.parentElement;
    const left = line.cells[0].offsetWidth, top = one(".subjects", table).offsetHeight;
    if (cell !== line.cells[0]) {
      if (cell.offsetLeft - box.scrollLeft < left) box.scrollLeft = cell.offsetLeft - left;
      const over = cell.offsetLeft + cell.offsetWidth - box.scrollLeft - box.clientWidth;
      if (over > 0) box.scrollLeft += over;
    }
    if (line.offsetTop - box.scrollTop < top) box.scrollTop = line.offsetTop - top;
    const below = line.offsetTop + line.offsetHeight - box.scrollTop - box.clientHeight;
    if (below > 0) box.scrollTop += below;
    const rect = cell.getBoundingClientRect();
    if (rect.top < 0 || rect.bottom > innerHeight - detail.offsetHeight) cell.scrollIntoView({ block: "center", inline: "nearest" });
  };

  const show = (place) => {
    const cell = place.closest("td, th");
    const line = cell.parentElement;
    const censor = one("a", line.cells[0]).textContent;
    const column = one(".subjects", table).cells[cell.cellIndex];
    const bold = document.createElement("b");
    bold.textContent = cell.cellIndex === 0 ? censor : column.title + " · " + censor;
    const text = cell.cellIndex === 0 ? one("small", cell).textContent : place.textContent;
    detail.replaceChildren(bold, text ? ": " + text : "");
  };

  // --- Filters ---

  const form = one("#filters");
  const field = (name) => form.elements.namedItem(name);

  const filter = () => {
    const kinds = new Set(all("[name=kind]:checked", form).map((box) => box.value));
    for (const cell of all("[data-k]", table)) cell.classList.toggle("gone", !kinds.has(cell.dataset.k));
    const { value: first } = field("first"), { value: last } = field("last");
    const { value: country } = field("country"), { value: outcome } = field("outcome");
    const censors = all("tbody tr:not(.reference)", table);
    for (const row of censors) {
      const { c, from, until } = row.dataset;
      const cells = stops(row).filter((cell) => !outcome || cell.dataset.o === outcome);
      row.hidden = Boolean((country && c !== country) || (first && until < first) || (last && from > last) || !cells.length);
    }
    const shown = censors.filter((row) => !row.hidden);
    field("shown").value = `${shown.length} of ${censors.length} censors`;
    total(shown.filter((row) => !row.classList.contains("uncounted")));
    const reached = current && current.closest("tr");
    if (!reached || reached.hidden || current.closest(".gone")) choose(link(rows()[0] && rows()[0].cells[0]));
  };

  const total = (lines) => {
    for (const cell of all("tfoot td[data-k]", table)) {
      const outcomes = lines.map((row) => row.cells[cell.cellIndex].dataset.o).filter((o) => o && o !== "s");
      one("b", cell).textContent = outcomes.filter((o) => o === "p").length;
      one("small", cell).textContent = "of " + outcomes.length;
    }
  };

  if (table) {
    for (const each of all("tbody a", table)) each.tabIndex = -1;
    one(".scroller").removeAttribute("tabindex");
    table.addEventListener("keydown", move);
    table.addEventListener("focusin", ({ target }) => { if (target.matches("a")) { choose(target); show(target); } });
    table.addEventListener("mouseover", ({ target }) => { const place = target.closest("td, th"); if (link(place)) show(link(place)); });
    form.addEventListener("input", filter);
    form.addEventListener("reset", () => setTimeout(filter));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = detail.hidden = false;
    filter();
  }
  addEventListener("hashchange", () => open(true));
  open(false);
})();
