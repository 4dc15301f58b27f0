// Small helps for every page. All of it works without: forms submit and links lead on by themselves.
"use strict";

// htmx requests that change something carry the session's CSRF token.
document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.ctx.request.headers["X-CSRF-Token"] = token.content;
});

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

document.addEventListener("DOMContentLoaded", () => {
  const focus = document.querySelector("[data-focus-on-load]");
  if (focus) focus.focus();
});
