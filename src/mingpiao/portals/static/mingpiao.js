// Small helps for every page. All of it works without: forms submit and links lead on by themselves.
"use strict";

// htmx requests that change something carry the session's CSRF token.
document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.ctx.request.headers["X-CSRF-Token"] = token.content;
});

// What is about to change says so; it is told only if the answer takes a while (mingpiao.css).
const busy = (state) => (event) => {
  const { target, sourceElement } = event.detail.ctx;
  // Rows that renew themselves every other second do so quietly.
  if (target instanceof Element && !sourceElement?.matches("[data-list]")) target.setAttribute("aria-busy", state);
};
document.addEventListener("htmx:before:request", busy("true"));
document.addEventListener("htmx:finally:request", busy("false"));

// A form that must not go twice: the second press of the button does nothing. The server holds the same.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-submit-once]")) return;
  if (form.dataset.submitted) event.preventDefault();
  form.dataset.submitted = "yes";
});
// Coming back by the browser's history, the form may go again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-submit-once]").forEach((form) => delete form.dataset.submitted);
});

// On a narrow screen the menu opens by its button; Escape closes it again.
function followMenu(button) {
  const menu = document.getElementById(button.getAttribute("aria-controls"));
  const show = (open) => {
    menu.classList.toggle("show", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(!menu.classList.contains("show")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.classList.contains("show")) return;
    show(false);
    button.focus();
  });
}

// On a narrow screen a tap on a face enlarges it at that point, or makes it fit again, as its button does.
document.addEventListener("click", (event) => {
  const face = event.target.closest?.(".face-view > .face");
  const box = face?.parentElement.querySelector("[data-face-zoom]");
  if (!box?.checkVisibility()) return;
  const whole = face.querySelector("svg").getBoundingClientRect();
  const across = (event.clientX - whole.left) / whole.width;
  const down = (event.clientY - face.getBoundingClientRect().top + face.scrollTop) / face.scrollHeight;
  box.checked = !box.checked;
  face.scrollLeft = across * face.scrollWidth - face.clientWidth / 2;
  face.scrollTop = down * face.scrollHeight - face.clientHeight / 2;
});

// A button that copies a text; where a browser does not let it, the text is chosen for the keys that do.
function copyBy(button) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    window.getSelection().selectAllChildren(source);
    let done = false;
    try {
      if (navigator.clipboard) { await navigator.clipboard.writeText(source.textContent.trim()); done = true; }
      else done = document.execCommand("copy");
    } catch { done = false; }
    document.getElementById(button.dataset.told).textContent = done ? "已复制。" : "已选中，请按 Ctrl+C 复制。";
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-menu-button]").forEach(followMenu);
  document.querySelectorAll("[data-copy]").forEach(copyBy);
  const focus = document.querySelector("[data-focus-on-load]");
  if (focus) focus.focus();
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  if (document.querySelector("[data-print-now]")) window.print();
});
