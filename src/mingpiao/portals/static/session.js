// Warns five minutes before the session ends, on every page, and says in place that it has ended.
"use strict";

(() => {
  const WARN_SECONDS = 300;
  const KEY = "session-ends"; // shared by the windows of a browser: what one asks for keeps all signed in
  let notice = null;

  function remember(seconds) {
    if (seconds === null || seconds === "") return;
    try { localStorage.setItem(KEY, String(Date.now() + Number(seconds) * 1000)); } catch { /* none is kept */ }
    own = Date.now() + Number(seconds) * 1000;
    if (Number(seconds) > WARN_SECONDS) hide();
  }

  let own = 0;
  function endsAt() {
    let shared = 0;
    try { shared = Number(localStorage.getItem(KEY)) || 0; } catch { /* none is kept */ }
    return Math.max(own, shared);
  }

  function hide() { notice?.remove(); notice = null; }

  function show(kind, text, label, act) {
    if (notice?.dataset.kind === kind) { notice.querySelector("span").textContent = text; return; }
    hide();
    notice = document.createElement("div");
    notice.className = "session-notice alert alert-warning";
    notice.dataset.kind = kind;
    notice.setAttribute("role", "alert");
    const words = document.createElement("span");
    words.textContent = text;
    notice.append(words, button(label, act));
    document.body.append(notice);
  }

  function button(label, act) {
    const made = document.createElement(typeof act === "string" ? "a" : "button");
    made.className = "btn btn-sm btn-primary";
    made.textContent = label;
    if (typeof act === "string") made.href = act;
    else { made.type = "button"; made.addEventListener("click", act); }
    return made;
  }

  async function stay() {
    const answer = await fetch("/session", { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (answer.status === 401) ended();
    else remember(answer.headers.get("Session-Seconds"));
  }

  function ended(address = "") {
    const back = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
    show("ended", "登录已结束。本页内容还在，请重新登录后继续。", "重新登录", address || back);
  }

  function look() {
    const left = Math.ceil((endsAt() - Date.now()) / 1000);
    if (left <= 0) { ended(); return; }
    if (left > WARN_SECONDS) { if (notice?.dataset.kind === "soon") hide(); return; }
    show("soon", `${Math.ceil(left / 60)} 分钟后登录将因长时间没有操作而结束。`, "继续使用", stay);
  }

  document.addEventListener("session:ended", (event) => ended(event.detail));
  document.addEventListener("session:seen", (event) => remember(event.detail));
  document.addEventListener("htmx:after:request", (event) => {
    const { response } = event.detail.ctx;
    if (response.status === 401) ended();
    else remember(response.headers.get("Session-Seconds"));
  });
  document.addEventListener("DOMContentLoaded", () => {
    // A person who has signed in anew begins anew.
    try { localStorage.removeItem(KEY); } catch { /* none is kept */ }
    remember(document.querySelector('meta[name="session-seconds"]').content);
    setInterval(look, 5000);
    look();
  });
})();
