// 开具票据: the table of items by keyboard, sums while typing, the list box of items, and saving by itself.
// The server judges all of it again; without this script the buttons of the form do the same.
"use strict";

(() => {
  const SAVE_AFTER = 800; // milliseconds without a key
  const PLACES = 6; // of quantities and rates
  const SEARCHED = "[data-item-search], [data-payer-search]";

  const issueForm = () => document.getElementById("issue-form");
  const draftForm = () => document.querySelector("form[data-draft]");
  const rows = () => [...document.querySelectorAll("#items tbody > [data-row]")];
  const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);

  // -- exact numbers: whole millionths and whole 分, as BigInt ----------------------------------------

  function millionths(text) {
    let plain = text.normalize("NFKC").trim();
    if (/^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain)) plain = plain.replaceAll(",", "");
    const found = /^(0|[1-9]\d{0,14})(?:\.(\d{1,6}))?$/.exec(plain);
    return found ? BigInt(found[1] + (found[2] || "").padEnd(PLACES, "0")) : null;
  }

  // Millionths times millionths, rounded half up to 分.
  function product(quantity, rate) {
    const unit = 10n ** 10n;
    return (quantity * rate + unit / 2n) / unit;
  }

  function yuan(cents, commas = true) {
    const text = cents.toString().padStart(3, "0");
    const whole = text.slice(0, -2);
    return `${commas ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole}.${text.slice(-2)}`;
  }

  // -- sums and ranges --------------------------------------------------------------------------------

  function tell(row, name, message) {
    const input = cell(row, name);
    const place = input.closest("td").querySelector("[data-told]");
    if (place.textContent.trim() === message) return;
    place.replaceChildren();
    input.classList.toggle("is-invalid", Boolean(message));
    input.toggleAttribute("aria-invalid", Boolean(message));
    if (!message) return;
    input.setAttribute("aria-invalid", "true");
    const told = document.createElement("div");
    told.className = "invalid-feedback d-block";
    told.textContent = message;
    place.append(told);
  }

  function rateProblem(row, rate) {
    const low = millionths(row.dataset.minimum || ""), high = millionths(row.dataset.maximum || "");
    if (low === null || high === null) return "";
    return rate < low || rate > high ? `应在 ${row.dataset.minimum} 至 ${row.dataset.maximum} 之间` : "";
  }

  // What is empty is not wrong yet.
  function problemOf(text, number, more) {
    if (!text.trim()) return "";
    if (number === null) return "不是有效的数字";
    return number === 0n ? "必须大于零" : more(number);
  }

  function workOut(row, telling = true) {
    const quantityText = cell(row, "quantity").value, rateText = cell(row, "rate").value;
    const quantity = millionths(quantityText), rate = millionths(rateText);
    if (telling) {
      tell(row, "quantity", problemOf(quantityText, quantity, () => ""));
      tell(row, "rate", problemOf(rateText, rate, (number) => rateProblem(row, number)));
    }
    const known = cell(row, "code").value && quantity && rate;
    const amount = known ? product(quantity, rate) : 0n;
    row.amount = amount > 0n && amount < 10n ** 14n ? amount : null;
    row.querySelector("[data-amount]").textContent = row.amount === null ? "—" : yuan(row.amount);
  }

  let total = 0n;
  function addUp() {
    const sum = rows().reduce((all, row) => all + (row.amount ?? 0n), 0n);
    if (sum !== total) {
      total = sum;
      document.querySelector("[data-total]").textContent = yuan(total);
      document.querySelector("[data-words]").textContent = "…";
    }
    document.querySelectorAll("[data-sum-rule]").forEach(splitUp);
  }

  // Members that must add up to the total: the last one takes the rest until somebody types in it.
  function splitUp(rule) {
    const inputs = rule.dataset.sumRule.split(" ").filter(Boolean).map((id) => document.getElementById(id)).filter(Boolean);
    const values = inputs.map((input) => (input.value.trim() ? millionths(input.value) : 0n));
    const last = inputs.at(-1);
    const unit = 10n ** 4n; // millionths of a 分
    const without = values.slice(0, -1);
    if (!last || without.includes(null)) return;
    const rest = total * unit - without.reduce((all, each) => all + each, 0n);
    if (values.at(-1) === rest && last.value) last.dataset.rest = "";
    if ((!last.value || last.dataset.rest !== undefined) && document.activeElement !== last) {
      last.value = total > 0n && rest >= 0n && rest % unit === 0n ? yuan(rest / unit, false) : "";
      last.dataset.rest = "";
    }
    const off = total > 0n ? rest - (last.value.trim() ? millionths(last.value) ?? rest : 0n) : 0n;
    rule.classList.toggle("text-danger", off !== 0n);
    const size = off < 0n ? -off : off;
    // What is not typed yet is not wrong yet.
    rule.textContent = off === 0n ? rule.dataset.fits : `${rule.dataset.message}（现在${off < 0n ? "多" : "少"} ${yuan(size / unit)} 元）`;
  }

  // -- rows -------------------------------------------------------------------------------------------

  function number(row, index) {
    row.querySelectorAll("[id], [name], [aria-describedby], [value]").forEach((each) => {
      ["id", "name", "aria-describedby", "value"].forEach((attribute) => {
        const value = each.getAttribute(attribute);
        if (value && /^(items|remove|pick)-/.test(value)) {
          each.setAttribute(attribute, value.replace(/\b(items|remove|pick)-(?:__ROW__|\d+)/g, `$1-${index}`));
        }
      });
    });
    row.querySelector("[data-place]").textContent = index + 1;
    row.querySelector("[data-remove-row]").setAttribute("aria-label", `删除项目 ${index + 1}`);
  }

  function addRow() {
    const body = document.querySelector("#items tbody");
    const count = rows().length;
    if (count >= Number(body.closest("table").dataset.most)) return null;
    body.append(document.getElementById("bill-item-template").content.cloneNode(true));
    const row = rows()[count];
    number(row, count);
    prepareRow(row);
    cell(row, "search").focus();
    return row;
  }

  function removeRow(row) {
    const all = rows();
    const place = all.indexOf(row);
    row.remove();
    rows().forEach((each, index) => number(each, index));
    if (all.length === 1) addRow();
    addUp();
    cell(rows()[Math.min(place, rows().length - 1)], "search").focus();
    saveSoon();
  }

  // Enter goes to the next cell; in the last one of the last row it adds a row.
  function goOn(input) {
    const row = input.closest("[data-row]");
    const cells = ["search", "quantity", "rate", "remark"].map((name) => cell(row, name));
    const next = cells.slice(cells.indexOf(input) + 1).find((each) => !each.readOnly);
    if (next) { next.focus(); next.select(); return; }
    const below = row.nextElementSibling;
    if (below) cell(below, "search").focus();
    else addRow();
  }

  // -- the list box of items --------------------------------------------------------------------------

  let search = 0; // the newest question; answers to older ones are thrown away
  const listOf = (input) => input.parentElement.querySelector("[role=listbox]");

  function close(input) {
    listOf(input)?.remove();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function addressOf(input) {
    const words = encodeURIComponent(input.value);
    if (input.matches("[data-payer-search]")) return `/unit/payers/found?q=${words}`;
    return `/unit/issue/items?kind=${encodeURIComponent(issueForm().elements.kind.value)}&q=${words}`;
  }

  async function open(input) {
    // The page may have gone on while a person's pause was waited for.
    if (!input.isConnected) return;
    const mine = ++search;
    const answer = await fetch(addressOf(input), { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (answer.status === 401) document.dispatchEvent(new CustomEvent("session:ended", { detail: "" }));
    if (!answer.ok || mine !== search || document.activeElement !== input) return;
    const options = (await answer.text()).trim();
    if (options) show(input, options, input.matches("[data-payer-search]") ? "缴款人名录" : "收款项目");
    else close(input);
  }

  function show(input, html, label) {
    close(input);
    const list = document.createElement("ul");
    list.setAttribute("role", "listbox");
    list.id = `${input.id}-list`;
    list.setAttribute("aria-label", label);
    list.innerHTML = html;
    input.parentElement.append(list);
    input.setAttribute("aria-expanded", "true");
    // A name may be new: a payer is chosen by going to it, an item is offered at once.
    if (!input.matches("[data-payer-search]")) select(input, list.querySelector("[role=option]"));
  }

  function select(input, option) {
    listOf(input).querySelectorAll("[role=option]").forEach((other) => other.setAttribute("aria-selected", String(other === option)));
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function choose(input, option) {
    if (input.matches("[data-payer-search]")) choosePayer(input, option.dataset);
    else chooseItem(input, option);
  }

  function choosePayer(input, given) {
    const { elements } = issueForm();
    close(input);
    elements["payer-type"].value = given.type;
    for (const name of ["name", "code", "account", "bank"]) elements[`payer-${name}`].value = given[name];
    showUnitFields();
    saveSoon();
    cell(rows()[0], "search").focus();
  }

  function chooseItem(input, option) {
    const row = input.closest("[data-row]"), given = option.dataset, rate = cell(row, "rate");
    const wasFixed = rate.readOnly; // Its rate is that of the item before, and no person's and no file's.
    close(input); // Its options have the same data as the cells.
    input.value = given.name;
    cell(row, "code").value = given.code;
    row.dataset.minimum = given.minimum;
    row.dataset.maximum = given.maximum;
    row.querySelector("[data-unit]").textContent = given.unit;
    row.querySelector("[data-hint]").textContent = given.hint;
    rate.readOnly = given.fixed !== undefined;
    if (rate.readOnly) rate.value = given.minimum;
    else if (wasFixed) rate.value = "";
    tell(row, "search", "");
    input.closest("td").querySelector(".btn-list, :scope > .form-hint")?.remove();
    workOut(row);
    addUp();
    saveSoon();
    cell(row, "quantity").focus();
    cell(row, "quantity").select();
  }

  function combobox(input) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", `${input.id}-list`);
  }

  function moveInList(event, input) {
    const list = listOf(input);
    const options = [...list.querySelectorAll("[role=option]")];
    const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = place < 0 && step < 0 ? 0 : place;
      if (options.length) select(input, options[(from + step + options.length) % options.length]);
    } else if (event.key === "Enter" && options[place]) {
      event.preventDefault();
      choose(input, options[place]);
      return true;
    } else if (event.key === "Escape") {
      close(input);
    }
    return false;
  }

  // -- saving by itself -------------------------------------------------------------------------------

  let pause, saving = null, unsaved = false;

  function say(text) {
    const place = document.querySelector("[data-draft-state]");
    if (place) place.textContent = text;
  }

  function saveSoon(after = SAVE_AFTER) {
    unsaved = true;
    clearTimeout(pause);
    pause = setTimeout(save, after);
  }

  // One saving at a time: each is made from the version that the one before it got.
  async function save() {
    clearTimeout(pause);
    if (saving) { await saving; if (unsaved) return save(); return undefined; }
    const form = draftForm();
    if (!form || !unsaved || form.dataset.conflict) return undefined;
    unsaved = false;
    saving = send(form).catch(() => { unsaved = true; say("草稿尚未保存，请检查网络"); });
    await saving;
    saving = null;
    return undefined;
  }

  async function send(form, keepalive = false) {
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive, credentials: "same-origin",
      headers: { "HX-Request": "true", "HX-Current-URL": location.href, "X-CSRF-Token": form.elements.csrf_token.value } });
    const ended = answer.headers.get("HX-Redirect");
    if (ended) { document.dispatchEvent(new CustomEvent("session:ended", { detail: ended })); return; }
    document.dispatchEvent(new CustomEvent("session:seen", { detail: answer.headers.get("Session-Seconds") }));
    const told = await answer.json();
    if (!answer.ok) { refused(form, told.message); return; }
    form.elements.version.value = told.version;
    if (form.id === "issue-form" && form.isConnected) {
      history.replaceState(history.state, "", told.address);
      if (told.total === yuan(total, false)) document.querySelector("[data-words]").textContent = told.words || "—";
    }
    if (!unsaved) say("草稿已保存");
  }

  function refused(form, message) {
    form.dataset.conflict = "yes";
    const place = form.querySelector("[data-draft-problem]");
    if (!place) return;
    place.hidden = false;
    place.querySelector("[data-draft-message]").textContent = message;
    place.querySelector("a").href = `/unit/issue?draft=${encodeURIComponent(form.elements.business_no.value)}`;
    place.scrollIntoView({ block: "center" });
    say("");
  }

  addEventListener("pagehide", () => {
    const form = draftForm();
    if (unsaved && !saving && form && !form.dataset.conflict) send(form, true).catch(() => {});
  });

  // -- what happens -----------------------------------------------------------------------------------

  // 统一社会信用代码 and account belong to units only.
  function showUnitFields() {
    const chosen = document.querySelector("[name=payer-type]:checked");
    if (!chosen) return;
    document.querySelectorAll(".unit-payer").forEach((field) => { field.hidden = chosen.value !== "2"; });
  }

  function prepareRow(row) {
    const input = cell(row, "search");
    combobox(input);
    workOut(row, false);
  }

  function prepare() {
    const form = issueForm();
    if (form && !form.dataset.ready) {
      form.dataset.ready = "yes";
      form.querySelectorAll("[data-scriptless]").forEach((button) => { button.hidden = true; });
      total = -1n;
      const words = form.querySelector("[data-words]").textContent;
      rows().forEach(prepareRow);
      addUp();
      form.querySelector("[data-words]").textContent = words;
      form.querySelectorAll("[data-payer-search]").forEach(combobox);
      showUnitFields();
      unsaved = false;
    }
    focusWanted();
  }

  function focusWanted() {
    const wanted = document.querySelector("[data-focus-target]");
    const input = wanted && document.getElementById(location.hash.slice(1) || wanted.dataset.focusTarget);
    wanted?.remove();
    const told = document.querySelector("#content [data-focus-on-load]");
    if (told) { told.focus(); return; }
    if (!input) return;
    input.focus();
    input.select?.();
  }

  let typing;
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.form?.matches?.("[data-draft]")) return;
    delete input.dataset.rest;
    const row = input.closest("[data-row]");
    if (input.matches("[data-item-search]")) {
      cell(row, "code").value = "";
    }
    if (input.matches(SEARCHED)) {
      clearTimeout(typing);
      typing = setTimeout(() => open(input), 120);
    }
    if (row) workOut(row);
    if (issueForm()) addUp();
    say("");
    saveSoon();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[name=payer-type]")) showUnitFields();
    if (!event.target.form?.matches?.("[data-draft]")) return;
    say("");
    saveSoon(0);
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const button = document.querySelector("[data-ctrl-enter]");
      if (button) { event.preventDefault(); button.click(); }
      return;
    }
    const input = event.target;
    if (!input.matches?.("#issue-form input:not([type=radio], [type=file])")) return;
    if (input.matches(SEARCHED)) {
      if (listOf(input)) { if (moveInList(event, input)) return; }
      else if (event.key === "ArrowDown") { event.preventDefault(); open(input); return; }
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (input.closest("[data-row]")) goOn(input);
    else nextField(input);
  });

  function nextField(input) {
    const fields = [...issueForm().querySelectorAll("input:not([type=hidden], [type=radio]), select, [data-ctrl-enter]")]
      .filter((each) => each.offsetParent && !each.readOnly);
    const next = fields[fields.indexOf(input) + 1];
    next?.focus();
    next?.select?.();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#issue-form button[name=action]");
    if (!button) return;
    if (button.value === "add") { event.preventDefault(); addRow(); }
    if (button.matches("[data-remove-row]")) { event.preventDefault(); removeRow(button.closest("[data-row]")); }
    if (button.id === "issue-update") event.preventDefault();
  });

  // Pressing the mouse on an option must not first take the focus, and with it the list, away.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.(".combobox [role=option]");
    if (!option) return;
    event.preventDefault();
    choose(option.closest(".combobox").querySelector("input"), option);
  });

  document.addEventListener("focusout", (event) => {
    if (event.target.matches?.(SEARCHED)) close(event.target);
  });

  // A step waits for the saving under way: both are made from one version.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-draft]")) return;
    clearTimeout(pause);
    unsaved = false;
    if (!saving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    saving.then(() => form.isConnected && form.requestSubmit(submitter));
  }, true);

  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:after:swap", prepare);
})();
