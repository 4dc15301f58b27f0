// 资质证书: points at the place in the picture of the field in hand, and waits for the reading to end.
// Without it every place is marked alike, and the page is refreshed by its link.
"use strict";

(() => {
  function choose(field) {
    document.querySelectorAll(".is-chosen").forEach((element) => element.classList.remove("is-chosen"));
    if (!field) return;
    field.classList.add("is-chosen");
    document.querySelectorAll("[data-mark]").forEach((mark) => {
      if (mark.dataset.mark === field.dataset.field) mark.classList.add("is-chosen");
    });
  }

  ["focusin", "mouseover"].forEach((kind) => document.addEventListener(kind, (event) => {
    const field = event.target.closest?.("[data-field]");
    if (field) choose(field);
  }));

  async function look(element) {
    try {
      const answer = await fetch(element.dataset.waitsFor, { credentials: "same-origin" });
      if (answer.ok && (await answer.json()).state !== element.dataset.state) location.reload();
      else setTimeout(look, 1500, element);
    } catch {
      setTimeout(look, 5000, element);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const waiting = document.querySelector("[data-waits-for]");
    if (waiting) setTimeout(look, 1000, waiting);
  });
})();
