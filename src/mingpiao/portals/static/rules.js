// 监管规则: the condition as a form beside its text, the list of fields, and boxes with a search.
// The text is what is saved. Whatever is changed, the server makes the other from it, and says what is
// wrong and where. Without this script the text alone does.
"use strict";

(() => {
  const GROUPS = [
    ["all", "全部满足"], ["any", "任一满足"], ["not", "不满足"],
    ["any_item", "有一个收款项目满足"], ["all_items", "每个收款项目都满足"],
  ];
  const UNARY = new Set(["not", "any_item", "all_items"]);
  const SEARCHES = ["contains", "not_contains", "contains_any", "not_contains_any", "starts", "not_starts", "ends", "not_ends"];
  const OPERATORS_OF = {
    text: ["=", "<>", "in", "not_in", ...SEARCHES, "is_null", "is_not_null"],
    number: ["=", "<>", "<", "<=", ">", ">=", "between", "not_between", "in", "not_in", "is_null", "is_not_null"],
    date: ["=", "<>", "<", "<=", ">", ">=", "between", "not_between", "is_null", "is_not_null"],
    boolean: ["is_true", "is_false", "is_null", "is_not_null"],
  };
  const COMPARISONS = new Set(["=", "<>", "<", "<=", ">", ">="]);
  const MANY = new Set(["in", "not_in", "contains_any", "not_contains_any"]);
  const PAUSE = 350;
  const FAILURES = { 413: "条件过长，最多4000个字符，请拆成几条规则。" };

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const option = (value, text, chosen) => make("option", { value, selected: value === chosen }, text);

  class Builder {
    constructor(root, changed) {
      this.root = root;
      this.changed = changed;
      this.fields = JSON.parse(root.dataset.fields);
      this.operators = JSON.parse(root.dataset.operators);
      this.show(JSON.parse(root.dataset.tree));
      root.addEventListener("click", (event) => this.pressed(event.target.closest("button")));
      root.addEventListener("change", (event) => this.edited(event.target));
      root.addEventListener("input", (event) => { if (event.target.matches("input, textarea")) this.changed(); });
      root.hidden = false;
    }

    show(tree) {
      const shown = tree ?? { all: [] };
      const kind = Object.keys(shown)[0];
      const grouped = GROUPS.some(([name]) => name === kind);
      this.root.replaceChildren(this.group(grouped ? shown : { all: [shown] }, true));
    }

    node(tree) {
      const kind = Object.keys(tree)[0];
      return GROUPS.some(([name]) => name === kind) ? this.group(tree, false) : this.leaf(tree);
    }

    group(tree, outermost) {
      const kind = Object.keys(tree)[0];
      const inner = tree[kind];
      const parts = Array.isArray(inner) ? inner : inner.all ?? [inner];
      const children = make("div", { "data-children": true }, ...parts.map((part) => this.node(part)));
      const head = make("div", { class: "rule-group-head" },
        make("select", { class: "form-select form-select-sm", "data-group-kind": true, "aria-label": "组内条件的关系" },
          ...GROUPS.map(([value, text]) => option(value, text, kind))),
        make("button", { type: "button", class: "btn btn-sm", "data-add": "leaf" }, "添加条件"),
        make("button", { type: "button", class: "btn btn-sm", "data-add": "group" }, "添加条件组"));
      if (!outermost) head.append(make("button", { type: "button", class: "btn btn-sm", "data-remove": true }, "删除本组"));
      return make("fieldset", { class: "rule-group", "data-node": "group" },
        make("legend", { class: "visually-hidden" }, "条件组"), head, children);
    }

    leaf(tree) {
      const row = make("div", { class: "rule-leaf", "data-node": "leaf", role: "group", "aria-label": "条件" });
      if (tree.text !== undefined) {
        row.append(make("input", { class: "form-control form-control-sm rule-text rule-expression", "data-text": true, "aria-label": "表达式", value: tree.text }));
      } else {
        this.fill(row, tree);
      }
      row.append(make("button", { type: "button", class: "btn btn-sm", "data-remove": true, "aria-label": "删除这个条件" }, "删除"));
      return row;
    }

    // History aggregates are offered without their days, which have a box of their own.
    split(subject) {
      const found = /^(\w+)\((item, )?(\d+)\)$/.exec(subject ?? "");
      const field = found && this.fields.find((each) => each.days && each.insert.startsWith(`${found[1]}(`));
      return field ? { name: field.insert, days: found[3], field } : { name: subject, days: "30", field: this.fields.find((each) => each.insert === subject) };
    }

    subjects(chosen, label, marker) {
      const known = this.fields.some((each) => each.subject && each.insert === chosen);
      const groups = Map.groupBy
        ? Map.groupBy(this.fields.filter((each) => each.subject), (each) => each.group)
        : this.fields.filter((each) => each.subject).reduce((map, each) => map.set(each.group, [...(map.get(each.group) ?? []), each]), new Map());
      const select = make("select", { class: "form-select form-select-sm rule-subject", [marker]: true, "aria-label": label });
      if (!known) select.append(option(chosen ?? "", chosen ?? "请选择字段", chosen ?? ""));
      for (const [group, fields] of groups) {
        select.append(make("optgroup", { label: group }, ...fields.map((each) => option(each.insert, each.name, chosen))));
      }
      return select;
    }

    // Everything in a row that depends on the field and the operator.
    fill(row, tree) {
      const { name, days, field } = this.split(tree.field);
      const kind = field?.kind ?? this.kindOf(tree);
      const allowed = OPERATORS_OF[kind];
      const operator = allowed.includes(tree.operator) || !field ? tree.operator ?? allowed[0] : allowed[0];
      const offered = allowed.includes(operator) ? allowed : [operator, ...allowed];
      row.append(this.subjects(name, "字段", "data-subject"));
      if (field?.days) row.append(this.daysBox("data-days", days));
      row.append(make("select", { class: "form-select form-select-sm rule-operator", "data-operator": true, "aria-label": "比较方式" },
        ...offered.map((each) => option(each, this.operators[each], operator))));
      this.values(row, tree, operator, kind);
    }

    kindOf(tree) {
      if (["is_true", "is_false"].includes(tree.operator)) return "boolean";
      return /^(length|year|month|day|days_between|abs)\(/.test(tree.field ?? "") ? "number" : "text";
    }

    daysBox(marker, days) {
      return make("input", { class: "form-control form-control-sm rule-days", [marker]: true, type: "number", min: 1, max: 366, value: days, "aria-label": "最近多少天（含今天）", title: "最近多少天（含今天）" });
    }

    values(row, tree, operator, kind) {
      if (/^is_/.test(operator)) return;
      const given = Array.isArray(tree.value) ? tree.value : [tree.value ?? ""];
      const type = kind === "date" ? "date" : "text";
      const box = (marker, value, label) => make("input", { class: "form-control form-control-sm rule-value", [marker]: true, type, value, "aria-label": label, autocomplete: "off" });
      if (COMPARISONS.has(operator)) {
        const other = tree.other !== undefined;
        row.append(make("select", { class: "form-select form-select-sm rule-with", "data-with": true, "aria-label": "与什么比较" },
          option("value", "值", other ? "other" : "value"), option("other", "字段", other ? "other" : "value")));
        if (other) {
          const { name, days, field } = this.split(tree.other);
          row.append(this.subjects(name, "与哪个字段比较", "data-other"));
          if (field?.days) row.append(this.daysBox("data-other-days", days));
        } else row.append(box("data-value", given[0], "值"));
      } else if (/between$/.test(operator)) {
        row.append(box("data-value", given[0], "从"), box("data-value", given[1] ?? "", "到"));
      } else if (MANY.has(operator)) {
        row.append(make("textarea", { class: "form-control form-control-sm rule-value", "data-values": true, rows: Math.min(4, Math.max(1, given.length)), "aria-label": "值，每行一个", placeholder: "每行一个" }, given.join("\n")));
      } else row.append(box("data-value", given[0], "字词"));
    }

    pressed(button) {
      if (!button) return;
      const own = button.closest("[data-node]");
      if (button.dataset.add) {
        const added = button.dataset.add === "leaf" ? this.leaf({}) : this.group({ any: [{}] }, false);
        own.querySelector(":scope > [data-children]").append(added);
        added.querySelector("select")?.focus();
      } else if (button.hasAttribute("data-remove")) {
        const next = own.nextElementSibling ?? own.previousElementSibling;
        const around = own.parentElement.closest("[data-node]");
        own.remove();
        (next ?? around).querySelector("select, input")?.focus();
        this.changed();
      }
    }

    edited(control) {
      if (control.matches("[data-subject], [data-operator], [data-with], [data-other]")) {
        const row = control.closest("[data-node]");
        const marker = [...control.attributes].find((each) => each.name.startsWith("data-")).name;
        const tree = this.read(row);
        if (marker === "data-with") {
          delete tree.other;
          if (control.value === "other") { tree.other = ""; delete tree.value; }
        }
        const fresh = this.leaf(tree);
        row.replaceWith(fresh);
        fresh.querySelector(`[${marker}]`)?.focus();
      }
      if (control.matches("select, [data-days], [data-other-days]")) this.changed();
    }

    subject(name, days) {
      const field = this.fields.find((each) => each.insert === name);
      return field?.days ? name.replace("天数", days || "30") : name;
    }

    // A node as the server takes it.
    read(node) {
      if (node.dataset.node === "group") {
        const kind = node.querySelector(":scope > .rule-group-head > [data-group-kind]").value;
        const parts = [...node.querySelectorAll(":scope > [data-children] > [data-node]")].map((each) => this.read(each));
        return UNARY.has(kind) ? { [kind]: parts.length === 1 ? parts[0] : { all: parts } } : { [kind]: parts };
      }
      const find = (marker) => node.querySelector(`[${marker}]`)?.value;
      const text = find("data-text");
      if (text !== undefined) return { text };
      const tree = { field: this.subject(find("data-subject"), find("data-days")), operator: find("data-operator") };
      const values = [...node.querySelectorAll("[data-value]")].map((each) => each.value.trim());
      if (find("data-other") !== undefined) tree.other = this.subject(find("data-other"), find("data-other-days"));
      else if (find("data-values") !== undefined) tree.value = find("data-values").split("\n").map((each) => each.trim()).filter(Boolean);
      else if (values.length === 2) tree.value = values;
      else if (values.length === 1) tree.value = values[0];
      return tree;
    }

    tree() { return this.read(this.root.firstElementChild); }

    get empty() { return !this.root.querySelector("[data-node=leaf]"); }
  }

  function editor(form) {
    const text = form.elements.condition;
    const state = document.getElementById("condition-state");
    const mark = document.getElementById("condition-marked");
    const list = document.getElementById("catalogue");
    let newest = 0;
    let pause;
    // The form was changed and the text does not say so yet, or the form is not complete.
    let untold = false;

    const scope = () => ({
      kinds: [...form.querySelectorAll("[name=kinds]:checked")].map((box) => box.value),
      stage: form.elements.stage.value,
    });

    async function ask(question, done) {
      const mine = ++newest;
      const answer = await fetch("/finance/rules/condition", {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": form.elements.csrf_token.value },
        body: JSON.stringify({ ...scope(), ...question }),
      }).catch(() => null);
      const told = answer?.ok ? await answer.json().catch(() => null) : null;
      if (mine !== newest) return;
      if (!told) { tell({ problems: [{ message: FAILURES[answer?.status] ?? "暂时无法检查条件，请稍后再试；保存时仍会检查。" }] }); return; }
      builder.fields = told.fields;
      done(told);
      tell(told);
    }

    function say(problems) {
      state.replaceChildren(...problems.map((each) => make("div", { class: "wrong" }, each.message)));
    }

    function tell(told) {
      form.querySelector("#condition-error")?.remove();
      text.classList.toggle("is-invalid", told.problems.length > 0);
      if (told.problems.length) say(told.problems);
      else state.replaceChildren(make("div", {}, "条件正确。"));
      const place = told.problems.find((each) => each.line);
      mark.hidden = !place;
      if (!place) return;
      // The server counts characters, not the halves of which JavaScript makes rare ones.
      const before = text.value.split("\n").slice(0, place.line - 1).reduce((sum, line) => sum + [...line].length + 1, 0);
      const start = before + place.column - 1;
      const end = start + place.length;
      const part = (from, to) => [...text.value].slice(from, to).join("");
      mark.replaceChildren(part(0, start), make("mark", {}, part(start, end) || " "), part(end));
    }

    // What is asked now is out of date: it is asked anew after the last key.
    const later = (work) => { newest += 1; clearTimeout(pause); pause = setTimeout(work, PAUSE); };
    // While the form does not show what the text says, it must not be written with: that would be lost.
    function show(told) {
      const shows = told.tree !== null || text.value.trim() === "";
      if (shows) builder.show(told.tree);
      builder.root.inert = !shows;
    }
    const askText = (done) => ask({ text: text.value }, (told) => { show(told); done?.(told); });
    function textChanged() {
      untold = false;
      builder.root.inert = true;
      later(askText);
    }
    async function tellForm(done) {
      await ask({ tree: builder.tree() }, (told) => {
        untold = told.problems.length > 0 && !builder.empty;
        if (told.text || builder.empty) text.value = told.text;
        done?.(told);
      });
    }
    function formChanged() {
      untold = true;
      later(tellForm);
    }
    // Other kinds or another stage know other fields.
    function scopeChanged() {
      later(() => (untold ? tellForm : askText)((told) => {
        list.innerHTML = told.catalogue;
        dress(list);
        filter();
        offerPositions(told.positions);
      }));
    }
    // Which 其他信息 a hit may be shown at depends on the kinds.
    function offerPositions(positions) {
      const select = form.elements.field;
      const chosen = select.value;
      const known = positions.some(([value]) => value === chosen) || !chosen;
      const rest = positions.concat(known ? [] : [[chosen, chosen]]);
      select.replaceChildren(select.options[0], ...rest.map(([value, label]) => option(value, label, chosen)));
    }

    const builder = new Builder(document.getElementById("rule-builder"), formChanged);
    if (builder.empty && text.value.trim()) {
      builder.root.inert = true;
      askText();
    }
    text.addEventListener("input", textChanged);
    form.addEventListener("change", (event) => {
      if (event.target.matches("[name=kinds], [name=stage]")) scopeChanged();
    });
    // What the text does not say would not be saved.
    form.addEventListener("submit", async (event) => {
      if (!untold) return;
      event.preventDefault();
      event.stopPropagation();
      clearTimeout(pause);
      await tellForm();
      if (untold) state.focus();
      else form.requestSubmit(event.submitter);
    });

    // The list: names become buttons that write where the text's caret is.
    function dress(root) {
      root.querySelectorAll("code[data-insert]").forEach((code) => {
        const button = make("button", { type: "button", "data-insert": code.dataset.insert, title: "写入条件文本" }, code.textContent);
        code.replaceWith(button);
      });
    }
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-insert]");
      if (!button) return;
      text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
      text.focus();
      textChanged();
    });
    const search = document.getElementById("catalogue-search");
    function filter() {
      const words = search.value.trim().toLowerCase();
      list.querySelectorAll("[data-entry]").forEach((entry) => { entry.hidden = !entry.dataset.search.toLowerCase().includes(words); });
      list.querySelectorAll("[data-group-title]").forEach((title) => {
        title.hidden = [...title.nextElementSibling.children].every((entry) => entry.hidden);
      });
    }
    search.addEventListener("input", filter);
    document.getElementById("catalogue-search-place").hidden = false;
    dress(list);
  }

  // Boxes to tick: how many are chosen, and a search where there are many.
  function checklist(details) {
    const boxes = [...details.querySelectorAll("input[type=checkbox]")];
    const told = details.querySelector("[data-chosen]");
    details.addEventListener("change", () => {
      const count = boxes.filter((box) => box.checked).length;
      told.textContent = count ? `已选${count}项` : "不限";
    });
    if (boxes.length <= 12) return;
    const label = details.querySelector("legend").textContent;
    const search = make("input", { type: "search", class: "form-control form-control-sm mb-2", "aria-label": `查找${label}`, placeholder: "按编码或名称查找", autocomplete: "off" });
    search.addEventListener("input", () => {
      const words = search.value.trim().toLowerCase();
      boxes.forEach((box) => { box.parentElement.hidden = !box.parentElement.textContent.toLowerCase().includes(words); });
    });
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    details.querySelector("fieldset").before(search);
  }

  // A trial under way: how far it is; once it is over the page shows what it found.
  function follow(element) {
    const bar = element.querySelector("progress");
    const timer = setInterval(async () => {
      const answer = await fetch(element.dataset.trial, { credentials: "same-origin" }).catch(() => null);
      if (!answer?.ok) return;
      const told = await answer.json();
      bar.value = told.progress;
      element.querySelector("[data-trial-percent]").textContent = told.progress;
      element.querySelector("[data-trial-label]").textContent = told.label;
      if (told.finished) { clearInterval(timer); window.location.reload(); }
    }, 500);
  }

  // A trial opens beside the form, which must still be there to be saved.
  document.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") setTimeout(() => { delete event.target.dataset.submitted; });
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-trial]").forEach(follow);
    document.querySelectorAll("[data-checklist]").forEach(checklist);
    const form = document.getElementById("rule-form");
    if (form) editor(form);
  });
})();
