// 制样: parts of a face are moved by pointer and by keyboard, what is typed is drawn at once, steps are undone.
// The inputs are the truth: this script writes into them, and asks the server for the drawing and the check.
"use strict";

(() => {
  const form = document.getElementById("face-form");
  if (!form) return;
  const PAUSE = 300;
  const MOST_STEPS = 200;
  const SIDES = ["x", "y", "width", "height"];
  const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const slot = (name) => document.getElementById(`face-${name}-slot`);
  const undoButton = form.querySelector("[data-face-undo]");
  const redoButton = form.querySelector("[data-face-redo]");
  const status = form.querySelector("[data-face-status]");
  const past = [];
  const future = [];
  let present = serialised();
  let timer = 0;
  let asked = 0;
  let saving = false;

  for (const element of form.querySelectorAll("[data-face-script]")) element.hidden = false;
  dress();

  // -- what is typed, as one text -------------------------------------------------------------------

  function serialised() {
    return new URLSearchParams(new FormData(form)).toString();
  }

  function noted() {
    const now = serialised();
    if (now === present) return;
    past.push(present);
    if (past.length > MOST_STEPS) past.shift();
    future.length = 0;
    present = now;
    marked();
  }

  function marked() {
    undoButton.disabled = past.length === 0;
    redoButton.disabled = future.length === 0;
  }

  function travel(from, to) {
    if (from.length === 0) return;
    to.push(present);
    present = from.pop();
    marked();
    ask(present, "draw", true);
  }

  // -- the server draws and checks ------------------------------------------------------------------

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => { noted(); ask(present, "draw", false); }, PAUSE);
  }

  async function ask(body, what, whole) {
    const mine = ++asked;
    const members = new URLSearchParams(body);
    members.set("do", what);
    let text = "";
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: members, credentials: "same-origin", redirect: "manual",
        headers: { "HX-Request": "true", "X-CSRF-Token": form.elements.csrf_token.value },
      });
      // The session has ended: what is typed was kept, and is there again after signing in.
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) {
        saving = true;
        window.location.assign(elsewhere);
        return;
      }
      text = answer.ok ? await answer.text() : "";
    } catch {
      text = "";
    }
    if (mine !== asked) return;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const stage = fresh.getElementById("face-stage-slot");
    status.textContent = stage ? "" : "票面暂时没有更新，请稍后点“更新预览”；填写的内容还在。";
    if (!stage) return;
    const focused = document.activeElement;
    const place = focused?.dataset?.place;
    const name = focused?.name;
    slot("stage").replaceChildren(...stage.childNodes);
    if (whole) {
      const open = new Set([...form.querySelectorAll("details[open]")].map((each) => each.dataset.faceGroup));
      slot("form").replaceChildren(...fresh.getElementById("face-form-slot").childNodes);
      for (const group of form.querySelectorAll("details[data-face-group]")) group.open = open.has(group.dataset.faceGroup);
      const sample = members.get("sample");
      if (sample) form.elements.sample.value = sample;
    }
    dress();
    if (place) part(place)?.focus({ preventScroll: true });
    else if (whole && name) form.elements[name]?.focus?.({ preventScroll: true });
    if (whole) {
      if (what === "draw") present = serialised();
      else noted();
    }
  }

  // -- parts ----------------------------------------------------------------------------------------

  function part(place) {
    return slot("stage").querySelector(`[data-place="${CSS.escape(place)}"]`);
  }

  function input(place, side) {
    return document.getElementById(`${place}/${side}`.replaceAll("/", "-"));
  }

  function sizes(place) {
    return SIDES.map((side) => Number(input(place, side)?.value) || 0);
  }

  function told(group) {
    const [x, y, width, height] = sizes(group.dataset.place);
    return `${group.dataset.name}：左${x}，上${y}，宽${width}，高${height}`;
  }

  function dress() {
    const wrong = new Set([...slot("stage").querySelectorAll("[data-face-finding]")]
      .filter((link) => link.previousElementSibling?.textContent === "必改").map((link) => link.dataset.faceFinding));
    for (const overlay of slot("stage").querySelectorAll("[data-face-overlay]")) {
      overlay.removeAttribute("aria-hidden");
      overlay.setAttribute("role", "group");
      overlay.setAttribute("aria-label", "票面各部分");
    }
    const seen = new Set();
    for (const group of slot("stage").querySelectorAll("[data-place]")) {
      // Following pages show the same parts; those of the first such page are moved.
      if (seen.has(group.dataset.place) || !input(group.dataset.place, "x")) continue;
      seen.add(group.dataset.place);
      group.setAttribute("tabindex", "0");
      group.setAttribute("role", "button");
      group.setAttribute("aria-label", told(group));
      group.classList.toggle("face-wrong", wrong.has(group.dataset.place));
    }
  }

  function put(group, values) {
    const place = group.dataset.place;
    SIDES.forEach((side, index) => {
      const rounded = Math.round(Math.max(index > 1 ? 1 : 0, values[index]) * 100) / 100;
      input(place, side).value = rounded;
      group.querySelector(".face-box").setAttribute(side, rounded);
    });
    const [x, y, width, height] = sizes(place);
    const grip = group.querySelector(".face-grip");
    grip.setAttribute("x", x + width - 1.6);
    grip.setAttribute("y", y + height - 1.6);
    group.setAttribute("aria-label", told(group));
  }

  function step() {
    return Number(form.querySelector("[data-face-step]").value);
  }

  form.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.target.matches("textarea")) {
      event.preventDefault();
      clearTimeout(timer);
      noted();
      if (event.shiftKey) travel(future, past);
      else travel(past, future);
      return;
    }
    const group = event.target.closest("[data-place]");
    const way = KEYS[event.key];
    if (!group || !way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const [x, y, width, height] = sizes(group.dataset.place);
    const [right, down] = way.map((side) => side * step());
    put(group, event.shiftKey ? [x, y, width + right, height + down] : [x + right, y + down, width, height]);
    soon();
  });

  let drag = null;
  form.addEventListener("pointerdown", (event) => {
    const group = event.target.closest("[data-place][tabindex]");
    if (!group || event.button !== 0) return;
    event.preventDefault();
    group.focus({ preventScroll: true });
    const overlay = group.closest("svg");
    drag = {
      group, resize: event.target.classList.contains("face-grip"), from: sizes(group.dataset.place),
      x: event.clientX, y: event.clientY, scale: overlay.viewBox.baseVal.width / overlay.getBoundingClientRect().width,
    };
    group.setPointerCapture(event.pointerId);
    clearTimeout(timer);
  });
  form.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const snap = (pixels) => Math.round((pixels * drag.scale) / 0.5) * 0.5;
    const [x, y, width, height] = drag.from;
    const right = snap(event.clientX - drag.x), down = snap(event.clientY - drag.y);
    put(drag.group, drag.resize ? [x, y, width + right, height + down] : [x + right, y + down, width, height]);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    form.addEventListener(end, () => {
      if (!drag) return;
      drag = null;
      soon();
    });
  }

  // Whoever chooses a part sees its inputs, and the other way round.
  form.addEventListener("focusin", (event) => {
    for (const row of form.querySelectorAll(".face-chosen")) row.classList.remove("face-chosen");
    const place = event.target.closest("[data-place]")?.dataset.place;
    const row = place && slot("form").querySelector(`[data-face-row="${CSS.escape(place)}"]`);
    if (row) row.classList.add("face-chosen");
  });

  // -- inputs, lists, buttons -----------------------------------------------------------------------

  form.addEventListener("input", (event) => { if (event.target.name) soon(); });
  undoButton.addEventListener("click", () => { clearTimeout(timer); noted(); travel(past, future); });
  redoButton.addEventListener("click", () => travel(future, past));

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const what = button?.name === "do" ? button.value : "";
    if (what === "draw" || /^(add|remove|up|down):/.test(what)) {
      event.preventDefault();
      clearTimeout(timer);
      noted();
      ask(present, what, true);
    } else if (what) {
      saving = true;
    }
  });

  slot("stage").addEventListener("click", (event) => {
    const link = event.target.closest("[data-face-finding]");
    const target = link && document.querySelector(link.getAttribute("href"));
    if (!target) return;
    event.preventDefault();
    target.closest("details")?.setAttribute("open", "");
    (part(link.dataset.faceFinding) ?? target).focus();
    target.scrollIntoView({ block: "nearest" });
  });

  const first = present;
  window.addEventListener("beforeunload", (event) => {
    if (!saving && serialised() !== first) event.preventDefault();
  });
})();
