// 开具票据: the list box under an item's search field, and where typing goes on after a change.
// Without it, typing a name and pressing 计算金额 does the same.
"use strict";

let search = 0; // the newest question; answers to older ones are thrown away

function listOf(input) { return input.parentElement.querySelector("[role=listbox]"); }

function close(input) {
  listOf(input)?.remove();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

async function open(input) {
  const mine = ++search;
  const kind = input.form.elements.kind.value;
  const answer = await fetch(`/unit/issue/items?kind=${encodeURIComponent(kind)}&q=${encodeURIComponent(input.value)}`,
    { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (!answer.ok || mine !== search || document.activeElement !== input) return;
  close(input);
  const list = document.createElement("ul");
  list.setAttribute("role", "listbox");
  list.id = `${input.id}-list`;
  list.setAttribute("aria-label", "收款项目");
  list.innerHTML = await answer.text();
  input.parentElement.append(list);
  input.setAttribute("aria-expanded", "true");
  select(input, list.querySelector("[role=option]"));
}

function select(input, option) {
  listOf(input).querySelectorAll("[role=option]").forEach((other) => other.setAttribute("aria-selected", String(other === option)));
  if (!option) return;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function choose(input, option) {
  const row = input.dataset.itemSearch;
  input.value = option.dataset.name;
  input.form.elements[`items-${row}-code`].value = option.dataset.code;
  const rate = input.form.elements[`items-${row}-rate`];
  if (input.dataset.chosen !== option.dataset.code) rate.value = "";
  input.form.elements.focus.value = `items-${row}-quantity`;
  close(input);
  input.form.querySelector("#issue-update").click();
}

function prepare(root) {
  root.querySelectorAll("[data-item-search]").forEach((input) => {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", `${input.id}-list`);
    input.dataset.chosen = input.form.elements[`items-${input.dataset.itemSearch}-code`].value;
  });
  showUnitFields();
  const target = root.querySelector("[data-focus-target]");
  if (!target) return;
  const input = document.getElementById(target.dataset.focusTarget);
  target.remove();
  input?.focus();
  input?.select?.();
}

// 统一社会信用代码 and account belong to units only.
function showUnitFields() {
  const chosen = document.querySelector("[name=payer-type]:checked");
  if (!chosen) return;
  document.querySelectorAll(".unit-payer").forEach((field) => { field.hidden = chosen.value !== "2"; });
}

let pause;
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-item-search]")) return;
  input.form.elements[`items-${input.dataset.itemSearch}-code`].value = "";
  clearTimeout(pause);
  pause = setTimeout(() => open(input), 120);
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-item-search]") || event.isComposing) return;
  const list = listOf(input);
  if (!list) {
    if (event.key === "ArrowDown") { event.preventDefault(); open(input); }
    return;
  }
  const options = [...list.querySelectorAll("[role=option]")];
  const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    if (options.length) select(input, options[(place + step + options.length) % options.length]);
  } else if (event.key === "Enter" && options[place]) {
    event.preventDefault();
    choose(input, options[place]);
  } else if (event.key === "Escape") {
    close(input);
  }
});

// Pressing the mouse on an option must not first take the focus, and with it the list, away.
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.(".combobox [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(option.closest(".combobox").querySelector("[data-item-search]"), option);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-item-search]")) close(event.target);
});

// Pages are kept in no cache. What was typed goes with the page's place in the tab's history, so that the
// browser's own way back, or a reload, finds it again; only within the same session.
function remember(form) {
  history.replaceState({ typed: [...new FormData(form)].filter(([, value]) => typeof value === "string") }, "");
}

function restore() {
  const typed = Object.fromEntries(history.state?.typed || []);
  const form = document.getElementById("issue-form");
  if (typed.csrf_token !== form.elements.csrf_token.value || typed.kind !== form.elements.kind.value) return;
  // The files come with the answer.
  document.querySelector("[data-evidence-picker]")?.remove();
  htmx.ajax("POST", "/unit/issue", { target: "#issue-form", swap: "outerHTML", values: { ...typed, action: "update", focus: "" } });
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[name=payer-type]")) showUnitFields();
  if (event.target.form?.id === "issue-form") remember(event.target.form);
});
document.addEventListener("submit", (event) => {
  if (event.target.id === "issue-form") remember(event.target);
});

document.addEventListener("DOMContentLoaded", () => { prepare(document); restore(); });
document.addEventListener("htmx:after:swap", () => {
  prepare(document);
  const form = document.getElementById("issue-form");
  if (form) remember(form);
});
