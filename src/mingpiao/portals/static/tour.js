// First-use tours: a card with a few steps; the part that a step is about gets a frame. Nothing is covered that one
// needs, nothing waits for the tour, Escape ends it. The server remembers who has seen which.
"use strict";

(() => {
  const { tour, account } = document.currentScript.dataset;
  const again = new URLSearchParams(location.search).get("tour") === "again";
  const KEY = `mingpiao-tour:${account}:${tour}`;
  // Somebody who wants no tours in this browser at all sets this.
  if (localStorage.getItem("mingpiao-tours") === "off" && !again) return;
  if (localStorage.getItem(KEY) && !again) return;

  function make(tag, text, more = {}) {
    const element = document.createElement(tag);
    element.textContent = text;
    return Object.assign(element, more);
  }

  function show(steps) {
    let place = 0;
    let framed = null;
    const card = make("section", "", { className: "tour" });
    card.setAttribute("aria-label", "使用导览");
    const words = make("div", "");
    words.setAttribute("aria-live", "polite");
    const count = make("p", "", { className: "tour-count" });
    const title = make("h2", "", { className: "tour-title" });
    const text = make("p", "");
    const back = make("button", "上一步", { type: "button", className: "btn btn-sm" });
    const next = make("button", "下一步", { type: "button", className: "btn btn-sm btn-primary" });
    const close = make("button", "关闭导览", { type: "button", className: "btn btn-sm btn-link" });
    const buttons = make("div", "", { className: "tour-buttons" });
    words.append(count, title, text);
    buttons.append(close, back, next);
    card.append(words, buttons);

    function tell() {
      framed?.classList.remove("tour-part");
      const step = steps[place];
      framed = document.querySelector(step.part);
      framed.classList.add("tour-part");
      framed.scrollIntoView({ block: "nearest" });
      count.textContent = `${place + 1} / ${steps.length}`;
      title.textContent = step.title;
      text.textContent = step.text;
      back.hidden = place === 0;
      next.textContent = place === steps.length - 1 ? "知道了" : "下一步";
    }

    function end() {
      framed?.classList.remove("tour-part");
      card.remove();
      document.removeEventListener("keydown", escape);
      localStorage.setItem(KEY, "seen");
      const token = document.querySelector('meta[name="csrf-token"]').content;
      fetch(`/tours/${tour}`, { method: "POST", headers: { "X-CSRF-Token": token }, keepalive: true });
    }

    function escape(event) {
      if (event.key === "Escape" && !event.defaultPrevented) end();
    }

    next.addEventListener("click", () => {
      if (place === steps.length - 1) { end(); return; }
      place += 1;
      tell();
    });
    back.addEventListener("click", () => { place -= 1; tell(); });
    close.addEventListener("click", end);
    document.addEventListener("keydown", escape);
    document.getElementById("content").prepend(card);
    tell();
  }

  async function begin() {
    const answer = await fetch(`/tours/${tour}${again ? "?again=yes" : ""}`);
    if (!answer.ok || answer.redirected) return;
    const steps = await answer.json();
    if (steps.length === 0) { localStorage.setItem(KEY, "seen"); return; }
    // A part may be missing on this page, or be hidden on a narrow one; without the first it is another page.
    const there = (step) => document.querySelector(step.part)?.checkVisibility();
    if (there(steps[0])) show(steps.filter(there));
  }

  document.addEventListener("DOMContentLoaded", begin);
})();
