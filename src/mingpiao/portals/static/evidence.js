// 佐证材料: uploads with progress, how far reading is, and the way from a claim to its place on a page.
// Without it files come with the form, and a link leads to the page.
"use strict";

(() => {
  const MOST_FILES = 20;
  const MOST_BYTES = 20 * 1024 * 1024;
  const AT_ONCE = 2;
  const queue = []; // files that wait for their upload
  let running = 0;

  const pickers = () => document.querySelectorAll("[data-evidence-picker]");
  const listOf = (picker) => picker.querySelector(".evidence-list");
  const hidden = (picker) => picker.querySelector("input[type=hidden]");
  const items = (picker) => [...listOf(picker).children];

  function tell(picker, text) { picker.querySelector("[data-live]").textContent = text; }

  // The hidden input names the documents in the order of the list.
  function write(picker) {
    hidden(picker).value = items(picker).map((item) => item.dataset.digest).filter(Boolean).join(" ");
    hidden(picker).dispatchEvent(new Event("change", { bubbles: true }));
  }

  function element(name, className, text = "") {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function add(picker, name) {
    const item = element("li", "evidence-item");
    const state = element("span", "badge bg-blue-lt", "等待上传");
    state.dataset.state = "";
    const note = element("span", "evidence-note");
    note.dataset.note = "";
    const remove = element("button", "btn btn-sm", "移除");
    remove.type = "button";
    remove.dataset.remove = "";
    remove.setAttribute("aria-label", `移除 ${name}`);
    item.append(element("span", "evidence-name text-break", name), state, note, remove);
    listOf(picker).append(item);
    return item;
  }

  function say(item, label, note, wrong = false) {
    const state = item.querySelector("[data-state]");
    state.textContent = label;
    state.className = `badge bg-${wrong ? "red" : label === "已识别" ? "green" : "blue"}-lt`;
    item.querySelector("[data-note]").textContent = note;
    item.classList.toggle("is-wrong", wrong);
  }

  function fraction(item, done, all) {
    let bar = item.querySelector("progress");
    if (done >= all) { bar?.remove(); return; }
    if (!bar) {
      bar = document.createElement("progress");
      bar.setAttribute("aria-label", "进度");
      item.insertBefore(bar, item.querySelector("[data-remove]"));
    }
    bar.max = all;
    bar.value = done;
  }

  function show(picker, item, file) {
    item.dataset.digest = file.digest;
    item.querySelector(".evidence-name").textContent = file.name;
    const pages = file.pages ? `${file.pages} 页` : "";
    if (file.settled) {
      if (!("settled" in item.dataset)) setTimeout(() => picker.dispatchEvent(new Event("evidence-changed", { bubbles: true })));
      item.dataset.settled = "";
      fraction(item, 1, 1);
      say(item, file.label, file.failure || pages, Boolean(file.failure));
      tell(picker, `${file.name}：${file.label}${file.failure ? `，${file.failure}` : ""}`);
    } else {
      fraction(item, file.done, file.pages || 1);
      say(item, file.label, file.pages ? `已识别 ${file.done} / ${file.pages} 页` : "");
    }
  }

  function fail(picker, item, message) {
    fraction(item, 1, 1);
    say(item, "未上传", message, true);
    tell(picker, message);
  }

  function choose(picker, files) {
    for (const file of files) {
      const item = add(picker, file.name);
      if (items(picker).length > MOST_FILES) fail(picker, item, `一张票据最多附${MOST_FILES}份佐证材料。`);
      else if (file.size > MOST_BYTES) fail(picker, item, "文件超过 20 MB，请压缩或拆分后重新上传。");
      else if (file.size === 0) fail(picker, item, "文件是空的，请重新选择文件。");
      else queue.push({ picker, item, file });
    }
    next();
  }

  function next() {
    while (running < AT_ONCE && queue.length) {
      running += 1;
      upload(queue.shift()).finally(() => { running -= 1; next(); });
    }
  }

  function upload({ picker, item, file }) {
    return new Promise((done) => {
      if (!item.isConnected) { done(); return; }
      const request = new XMLHttpRequest();
      request.open("POST", picker.dataset.upload);
      request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf-token"]').content);
      request.responseType = "json";
      request.upload.onprogress = (event) => {
        if (!event.lengthComputable) return;
        fraction(item, event.loaded, event.total);
        say(item, "上传中", `${Math.floor((100 * event.loaded) / event.total)}%`);
      };
      request.onloadend = () => { received(picker, item, request); done(); };
      say(item, "上传中", "");
      const body = new FormData();
      body.append("evidence-files", file);
      request.send(body);
      item.abort = () => request.abort();
    });
  }

  function received(picker, item, request) {
    delete item.abort;
    if (!item.isConnected) return;
    const answer = request.status === 200 ? request.response : null;
    if (!answer) {
      const lost = request.status === 0 || request.status >= 500;
      fail(picker, item, lost ? "上传没有成功，请检查网络后移除并重新选择。" : "上传没有成功，请刷新页面后重试。");
      return;
    }
    const [file] = answer.files;
    if (!file) { fail(picker, item, answer.problems[0] || "上传没有成功。"); return; }
    const twin = items(picker).find((other) => other !== item && other.dataset.digest === file.digest);
    if (twin) { item.remove(); tell(picker, `${file.name} 已在列表中。`); return; }
    show(picker, item, file);
    write(picker);
    watch(picker);
    picker.dispatchEvent(new Event("evidence-changed", { bubbles: true }));
  }

  // How far reading is, asked for while anything is being read.
  async function look(picker) {
    const waiting = items(picker).filter((item) => item.dataset.digest && !("settled" in item.dataset));
    if (!waiting.length || !picker.isConnected) { delete picker.dataset.watching; return; }
    let pause = 700;
    try {
      const digests = waiting.map((item) => item.dataset.digest).join(" ");
      const answer = await fetch(`${picker.dataset.status}?digests=${encodeURIComponent(digests)}`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      for (const file of await answer.json()) {
        const item = waiting.find((each) => each.dataset.digest === file.digest);
        if (item?.isConnected) show(picker, item, file);
      }
    } catch { pause = 4000; }
    setTimeout(look, pause, picker);
  }

  function watch(picker) {
    if (picker.dataset.watching) return;
    picker.dataset.watching = "yes";
    look(picker);
  }

  function prepare() {
    pickers().forEach((picker) => {
      if (picker.dataset.ready) return;
      picker.dataset.ready = "yes";
      // Files go by themselves; the form carries their digests only.
      picker.querySelector("input[type=file]").removeAttribute("name");
      picker.querySelector(".evidence-with-script").hidden = false;
      picker.querySelectorAll("[data-remove]").forEach((button) => { button.type = "button"; });
      watch(picker);
    });
  }

  document.addEventListener("change", (event) => {
    const picker = event.target.closest?.("[data-evidence-picker]");
    if (!picker || event.target.type !== "file") return;
    choose(picker, event.target.files);
    event.target.value = "";
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-evidence-picker] [data-remove]");
    if (button) {
      event.preventDefault();
      const picker = button.closest("[data-evidence-picker]");
      const item = button.closest(".evidence-item");
      item.abort?.();
      item.remove();
      write(picker);
      picker.dispatchEvent(new Event("evidence-changed", { bubbles: true }));
      tell(picker, "已移除。");
      picker.querySelector("input[type=file]").focus();
      return;
    }
    const jump = event.target.closest?.(".evidence-jump");
    if (jump) follow(event, jump);
  });

  // From a claim to its place.
  function follow(event, jump) {
    const sheet = document.getElementById(jump.hash.slice(1));
    if (!sheet) return;
    event.preventDefault();
    document.querySelectorAll(".evidence-mark.is-chosen").forEach((mark) => mark.classList.remove("is-chosen"));
    const marks = [...sheet.querySelectorAll(".evidence-mark")].filter((mark) => mark.dataset.claim === jump.dataset.claim);
    marks.forEach((mark) => mark.classList.add("is-chosen"));
    for (let fold = sheet.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    (marks[0] || sheet).scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    sheet.focus({ preventScroll: true });
    history.replaceState(null, "", jump.hash);
  }

  ["dragenter", "dragover", "dragleave", "drop"].forEach((kind) => document.addEventListener(kind, (event) => {
    const picker = event.target.closest?.("[data-evidence-picker]");
    if (!picker || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    picker.querySelector(".evidence-drop").classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") choose(picker, event.dataTransfer.files);
  }));

  // Going on to the check waits for uploads; reading need not be waited for.
  document.addEventListener("submit", (event) => {
    const picker = event.target.querySelector?.("[data-evidence-picker]");
    if (!picker || event.submitter?.value !== "check" || !(running || queue.length)) return;
    event.preventDefault();
    tell(picker, "文件还在上传，请稍候再核对。");
    picker.scrollIntoView({ block: "center" });
    picker.focus();
  }, true);

  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:after:swap", prepare);
})();
