// Helps with lists: rows that are chosen stay chosen on the way through the pages of one question.
// Without it the rows of the page at hand are chosen, each by its own box.
"use strict";

(() => {
  const PREFIX = "mingpiao-chosen:";
  // The same question, on whatever page of its answer.
  const question = (form) => {
    const asked = [...form.querySelectorAll('input[name^="filter-"]')].map((each) => each.value);
    return PREFIX + form.dataset.selection + ":" + JSON.stringify(asked);
  };
  const kept = (key) => new Set(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  const keep = (key, chosen) => sessionStorage.setItem(key, JSON.stringify([...chosen]));
  const forget = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))
    .forEach((key) => sessionStorage.removeItem(key));

  function follow(form) {
    const key = question(form);
    const chosen = kept(key);
    const boxes = [...form.querySelectorAll('input[type="checkbox"][name="chosen"]')];
    const all = form.querySelector("[data-choose-all]");
    const count = form.querySelector("[data-chosen-count]");
    const none = form.querySelector("[data-choose-none]");
    form.querySelectorAll('input[type="hidden"][name="chosen"]').forEach((each) => {
      chosen.add(each.value);
      each.remove();
    });
    boxes.forEach((box) => { if (box.checked) chosen.add(box.value); });
    const tell = () => {
      boxes.forEach((box) => { box.checked = chosen.has(box.value); });
      const here = boxes.filter((box) => box.checked).length;
      const elsewhere = chosen.size - here;
      if (count) count.textContent = chosen.size ? `${chosen.size} 件${elsewhere ? `（其他页 ${elsewhere} 件）` : ""}` : "";
      if (none) none.hidden = chosen.size === 0;
      all.checked = here > 0 && here === boxes.length;
      all.indeterminate = here > 0 && here < boxes.length;
      keep(key, chosen);
    };
    const choose = (box) => { if (box.checked) chosen.add(box.value); else chosen.delete(box.value); };
    all.hidden = boxes.length === 0;
    all.addEventListener("change", () => {
      boxes.forEach((box) => { box.checked = all.checked; choose(box); });
      tell();
    });
    boxes.forEach((box) => box.addEventListener("change", () => { choose(box); tell(); }));
    none?.addEventListener("click", () => { chosen.clear(); tell(); });
    form.addEventListener("submit", () => {
      const shown = new Set(boxes.map((box) => box.value));
      [...chosen].filter((value) => !shown.has(value)).forEach((value) => {
        const member = document.createElement("input");
        Object.assign(member, { type: "hidden", name: "chosen", value });
        form.append(member);
      });
    });
    tell();
  }

  // The filter stays as the person left it. At first it is folded on a phone, and where it would leave no room for
  // rows (what is set is told beside it); one with a mistake in it is open.
  function foldFilter() {
    const filter = document.querySelector(".list-filter");
    if (!filter || filter.dataset.followed) return;
    filter.dataset.followed = "yes";
    const key = "mingpiao-folded";
    const narrow = window.matchMedia("(max-width: 767.98px)").matches;
    const low = filter.getBoundingClientRect().bottom + window.scrollY > window.innerHeight * 0.7;
    const folded = localStorage.getItem(key) ?? (narrow || low ? "yes" : "no");
    if (folded === "yes" && !filter.querySelector(".is-invalid")) filter.open = false;
    filter.querySelector("summary").addEventListener("click", () => {
      localStorage.setItem(key, filter.open ? "yes" : "no");
    });
  }

  function begin() {
    foldFilter();
    // What was chosen has been worked on.
    if (document.querySelector("[data-forget-chosen]")) forget();
    document.querySelectorAll("form[data-selection]:not([data-followed])").forEach((form) => {
      form.dataset.followed = "yes";
      follow(form);
    });
  }

  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:after:swap", () => {
    begin();
    // What is wrong is told first, as on a page that is loaded whole.
    document.querySelector("#list [data-focus-on-load]")?.focus();
  });
})();
