// The analysts' bench: an editor that completes names, and the requests behind its buttons. Dash
// draws what comes back; everything typed stays in the browser until it is run.
(function () {
  "use strict";

  const bench = () => document.querySelector("[data-bench]");
  const one = (selector) => { const root = bench(); return root && root.querySelector(selector); };
  const all = (selector) => [...(bench() ? bench().querySelectorAll(selector) : [])];
  const WORD = /[\p{L}\p{N}_]*$/u;
  let running = null;   // the request under way
  let drawn = "";       // the SQL whose answer stands there
  let result = null;    // that answer
  let owed = false;     // another chart was chosen meanwhile

  function made(tag, text, properties) {
    const it = Object.assign(document.createElement(tag), properties || {});
    if (text) it.textContent = text;
    return it;
  }

  // ── The editor ────────────────────────────────────────────────────────────────────────────────

  function said() {
    return JSON.parse(one("[data-editor]").dataset.editor);
  }

  function build() {
    const spot = one("[data-editor]");
    if (!spot || spot.firstElementChild) return;
    const told = said();
    const field = made("textarea", "", { spellcheck: false, value: spot.dataset.first, rows: 10 });
    for (const [name, value] of Object.entries({
      "aria-label": told.label, autocapitalize: "off", autocomplete: "off", role: "combobox",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "bench-names",
    })) field.setAttribute(name, value);
    const list = made("ul", "", { id: "bench-names", className: "names", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", told.label);
    spot.append(field, list);
    field.addEventListener("input", () => offer(field, list, told, false));
    field.addEventListener("keydown", (event) => pressed(event, field, list, told));
    field.addEventListener("blur", () => setTimeout(() => close(field, list), 150));
    field.addEventListener("click", () => close(field, list));
    list.addEventListener("pointerdown", (event) => {
      const item = event.target.closest("li");
      event.preventDefault();
      if (item) take(field, list, item.dataset.word);
    });
  }

  // What fits what stands before the caret: columns of the tables that are named, tables, words.
  function fitting(field, told, wanted) {
    const before = field.value.slice(0, field.selectionStart);
    const typed = before.match(WORD)[0].toLowerCase();
    if (!typed && !wanted) return [];
    const quoted = (before.match(/'/g) || []).length % 2 === 1;
    if (quoted || /--[^\n]*$|\bas\s+\w*$/i.test(before)) return [];   // a name of one's own
    const named = told.tables.filter(([name]) => new RegExp(`\\b${name}\\b`, "i").test(field.value));
    const source = /\b(from|join)\s+[\w]*$/i.test(before);
    const found = new Map();
    const add = (word, meaning, kind) => {
      const at = word.toLowerCase().indexOf(typed);
      const means = typed && meaning.toLowerCase().includes(typed);
      if ((at < 0 && !means) || word.toLowerCase() === typed || found.has(word)) return;
      found.set(word, { word, meaning, kind, rank: (at === 0 ? 0 : at > 0 ? 2 : 3) });
    };
    for (const [name, meaning] of told.tables) if (source || typed) add(name, meaning, "table");
    if (!source) {
      for (const [, , columns] of named.length ? named : told.tables.slice(0, 1)) {
        for (const [column, kind, meaning] of columns) add(column, `${meaning} · ${kind}`, "column");
      }
      for (const word of told.words) add(word, "", "word");
    }
    const order = { table: source ? 0 : 1, column: 0, word: 1 };
    return [...found.values()]
      .sort((a, b) => a.rank - b.rank || order[a.kind] - order[b.kind]).slice(0, 12);
  }

  function offer(field, list, told, wanted) {
    const found = fitting(field, told, wanted);
    list.replaceChildren(...found.map(({ word, meaning, kind }, at) => {
      const item = made("li", "", { id: `bench-name-${at}`, className: kind });
      item.dataset.word = word;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", at === 0 ? "true" : "false");
      item.append(made("code", word), made("small", meaning));
      return item;
    }));
    list.hidden = !found.length;
    if (wanted) list.dataset.meant = "yes";
    else delete list.dataset.meant;
    field.setAttribute("aria-expanded", String(!list.hidden));
    if (found.length) {
      field.setAttribute("aria-activedescendant", "bench-name-0");
      const lines = field.value.slice(0, field.selectionStart).split("\n").length;
      const style = getComputedStyle(field);
      const top = lines * parseFloat(style.lineHeight) + parseFloat(style.paddingTop);
      list.style.top = `${Math.min(top - field.scrollTop, field.clientHeight) + 4}px`;
    }
  }

  function close(field, list) {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function move(field, list, step) {
    const items = [...list.children];
    const at = items.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const next = (at + step + items.length) % items.length;
    items.forEach((each, i) => each.setAttribute("aria-selected", String(i === next)));
    field.setAttribute("aria-activedescendant", items[next].id);
    list.dataset.meant = "yes";
    items[next].scrollIntoView({ block: "nearest" });
  }

  function take(field, list, word) {
    const end = field.selectionStart;
    const start = end - field.value.slice(0, end).match(WORD)[0].length;
    field.setRangeText(word, start, end, "end");
    close(field, list);
    field.focus();
  }

  function pressed(event, field, list, told) {
    event.stopPropagation();   // the page's own keys mean other things
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      close(field, list);
      run();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      offer(field, list, told, true);
    } else if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      move(field, list, event.key === "ArrowDown" ? 1 : -1);
    } else if (!list.hidden && (event.key === "Tab" ||
      (event.key === "Enter" && list.dataset.meant))) {   // Enter is a new line until it is meant
      event.preventDefault();
      take(field, list, list.querySelector("[aria-selected=true]").dataset.word);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close(field, list);
    }
  }

  // ── Asking ────────────────────────────────────────────────────────────────────────────────────

  async function post(address, values, signal) {
    const csrf = document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/);
    const { place, since, until } = bench().dataset;
    const body = new URLSearchParams({ place, since, until, ...values });
    const came = await fetch(address, {
      method: "POST", body, cache: "no-store", signal,
      headers: { "X-CSRFToken": csrf ? csrf[1] : "", Accept: "application/json" },
    });
    return came.json();
  }

  // Of the choices those that the chart takes: the others are hidden.
  function chosen() {
    return Object.fromEntries(all("[data-choices] [data-choice]")
      .filter((each) => !each.closest("label").hidden)
      .map((each) => [each.dataset.choice, each.value]));
  }

  const sql = () => one("[data-editor] textarea").value;
  const tell = (selector, text) => { const spot = one(selector); if (spot) spot.textContent = text; };

  async function run(again) {
    if (running) { owed = owed || again === true; return; }
    const told = said();
    const asked = again ? drawn : sql();
    tell("[data-fault]", "");
    if (!asked.trim()) { tell("[data-fault]", told.empty); return; }
    running = asked;
    bench().dataset.running = "";
    tell("[data-said]", told.running);
    let answer;
    try {
      answer = await post("/bench/run", { sql: asked, ...chosen() });
    } catch (trouble) {
      answer = { error: told.failed };
    }
    running = null;
    if (!bench()) return;
    delete bench().dataset.running;
    tell("[data-said]", "");
    const chart = one("[data-choice=chart]").value;
    if (answer.error !== undefined) fault(answer, told);
    else show(asked, answer);
    if (!owed) return;
    owed = false;
    one("[data-choice=chart]").value = chart;
    run(true);
  }

  function fault(answer, told) {
    const { error, line, column } = answer;
    const spot = line ? `${told.spot.replace("{line}", line).replace("{column}", column || 1)}: ` : "";
    tell("[data-fault]", `✕ ${spot}${error}`);
    if (!line) return;
    const field = one("[data-editor] textarea");
    const before = field.value.split("\n").slice(0, line - 1).join("\n");
    const at = before.length + (line > 1 ? 1 : 0) + Math.max(0, (column || 1) - 1);
    field.focus();
    field.setSelectionRange(at, at);
  }

  function options(select, names, chosen, blank) {
    const listed = blank ? ["", ...names] : names;
    select.replaceChildren(...listed.map((name) => made("option", name || "–", { value: name })));
    select.value = chosen || listed[0] || "";
  }

  function show(asked, answer) {
    drawn = asked;
    const names = answer.columns.map((each) => each.name);
    const { chosen } = answer;
    for (const name of ["x", "y", "series"]) {
      const select = one(`[data-choice=${name}]`);
      options(select, names, chosen[name], name === "series");
      select.closest("label").hidden = !(name in chosen) && !(name === "series" && chosen.x && chosen.y);
    }
    one("[data-choice=chart]").value = chosen.chart;
    one("[data-choice=unit]").value = chosen.unit;
    one("[data-choice=unit]").closest("label").hidden = !chosen.y;
    one("[data-choices]").hidden = false;
    one("[data-saves]").hidden = false;
    tell("[data-took]", answer.took);
    result = answer.result;
    window.dash_clientside.set_props(bench().dataset.result, { children: answer.result });
    labels(answer.unnamed);
  }

  function labels(names) {
    const told = said();
    const before = Object.fromEntries(all("[data-labels] input").map((each) => [each.name, each.value]));
    const fields = names.flatMap((column) => ["label", "label_en"].map((kind) => {
      const name = `${kind}.${column}`;
      const text = told[kind === "label" ? "label_zh" : "label_en"].replace("{column}", column);
      const label = made("label");
      label.append(made("span", text), made("input", "", { name, value: before[name] || column }));
      return label;
    }));
    one("[data-labels]").replaceChildren(...fields);
  }

  async function cancel() {
    if (running) await post("/bench/cancel", {});
  }

  // ── Drafts ────────────────────────────────────────────────────────────────────────────────────

  async function save(replace) {
    const told = said();
    const values = Object.fromEntries(all("[data-saves] input").map((each) => [each.name, each.value]));
    const subject = one("[data-choice=subject]").value;
    tell("[data-kept]", told.saving);
    let answer;
    try {
      answer = await post("/bench/save",
        { ...values, subject, sql: drawn, ...chosen(), replace: replace ? "1" : "" });
    } catch (trouble) {
      answer = { error: told.failed };
    }
    tell("[data-kept]", answer.error ? `✕ ${answer.error}` : `✓ ${answer.saved}`);
    one("[data-replace]").hidden = answer.standing === undefined;
    if (!answer.error) renew();
  }

  async function publish(button) {
    button.disabled = true;
    let answer;
    try {
      answer = await post("/bench/publish", { name: button.dataset.publish });
    } catch (trouble) {
      answer = { error: said().failed };
    }
    button.disabled = false;
    tell("[data-published]", answer.error ? `✕ ${answer.error}` : `✓ ${answer.published}`);
    if (!answer.error) renew();
  }

  // What stands beside the question is the server's: it is asked for once more.
  function renew() {
    window.dash_clientside.set_props("address", { search: location.search });
  }

  document.addEventListener("click", (event) => {
    if (!bench() || !event.target.closest) return;
    const at = (selector) => event.target.closest(selector);
    const past = at("[data-past]"), word = at("[data-word]"), draft = at("[data-publish]");
    const field = one("[data-editor] textarea");
    if (at("[data-run]")) run();
    else if (at("[data-cancel]")) cancel();
    else if (at("[data-save]")) save(false);
    else if (at("[data-replace]")) save(true);
    else if (draft) publish(draft);
    else if (past) { field.value = past.dataset.past; field.focus(); }
    else if (word && word.closest(".relation")) {
      field.setRangeText(word.dataset.word, field.selectionStart, field.selectionEnd, "end");
      field.focus();
    }
  });
  document.addEventListener("change", (event) => {
    if (bench() && event.target.closest("[data-choices]") && drawn) run(true);
  });
  window.addEventListener("pagehide", () => {
    if (running && bench()) cancel();
  });

  // Another place or other days are another question: what stands there answers it no more.
  let known = "";
  new MutationObserver(() => {
    const root = bench();
    if (!root) { known = ""; return; }
    build();
    const { place, since, until } = root.dataset;
    const here = [place, since, until].join();
    const kept = document.getElementById(root.dataset.result);
    if (known === here && result && kept && !kept.firstElementChild) {
      window.dash_clientside.set_props(kept.id, { children: result });   // the page came anew
    } else if (known && known !== here) {
      drawn = "";
      result = null;
      one("[data-choices]").hidden = one("[data-saves]").hidden = true;
      tell("[data-took]", "");
      tell("[data-fault]", "");
      window.dash_clientside.set_props(root.dataset.result, { children: null });
    }
    known = here;
  }).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true,
    attributeFilter: ["data-place", "data-since", "data-until"],
  });
})();
