// Helps with choosing many applications at once. Without it each is chosen by its own box.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("batch");
  const all = form?.querySelector("[data-choose-all]");
  if (!all) return;
  const boxes = [...form.querySelectorAll("input[name=chosen]")];
  const count = form.querySelector("[data-chosen-count]");
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = chosen ? `${chosen} 件` : "";
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    tell();
  });
  boxes.forEach((box) => box.addEventListener("change", tell));
  tell();
});
