// Choosing a place: by typing its name, or among those beside one on the path. What is offered are
// real links; the arrow keys go through them while the field keeps the focus.
(function () {
  "use strict";

  const PAUSE = 120;  // milliseconds without a key before the server is asked
  const MANY = 8;     // of more siblings than these one may filter

  function made(tag, attributes, ...inside) {
    const found = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
    found.append(...inside);
    return found;
  }

  const speech = () => document.documentElement.lang.slice(0, 2);
  const words = () => (document.querySelector("[data-search]") || document.body).dataset;

  async function asked(query, signal) {
    const answer = await fetch(`/api/places?${query}&lang=${speech()}`, { signal });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  // A name with what was typed in it marked.
  function marked(name, typed) {
    const at = typed ? name.toLowerCase().indexOf(typed.toLowerCase()) : -1;
    if (at < 0) return [name];
    const end = at + typed.length;
    return [name.slice(0, at), made("mark", {}, name.slice(at, end)), name.slice(end)];
  }

  // The page one is on, of another place: period, comparison and all else go along.
  function there(place) {
    const path = document.querySelector(".path");
    const code = place.href.replace("/place/", "");
    return path ? path.dataset.there.replace("%7Bplace%7D", code) : place.href + location.search;
  }

  // What stands beside a name: how it is said, for whoever cannot read it, and its level.
  function aside(place) {
    return [speech() === "en" && place.pinyin, place.said].filter(Boolean).join(" · ");
  }

  // A list of links under a field, gone through with the arrow keys.
  class Choice {
    constructor(field, list, chosen) {
      Object.assign(this, { field, list, chosen, at: -1 });
      field.setAttribute("aria-controls", list.id);
      field.addEventListener("keydown", (event) => this.key(event));
      // The field keeps the focus, on a phone the very list would be gone without it.
      list.addEventListener("mousedown", (event) => event.preventDefault());
      list.addEventListener("click", (event) => {
        if (event.target.closest("a") && !event.ctrlKey && !event.metaKey) this.chosen();
      });
    }

    get links() {
      return [...this.list.querySelectorAll("a:not([hidden])")];
    }

    fill(places, typed, here) {
      this.list.replaceChildren(...places.map((place, number) => {
        const link = made("a", {
          role: "option", tabindex: "-1", id: `${this.list.id}-${number}`, href: there(place),
          "aria-selected": "false",
        }, made("span", { class: "hit" }, ...marked(place.name, typed)),
        made("small", {}, aside(place)));
        if (place.path) link.append(made("span", { class: "hit-path" }, place.path));
        if (place.code === here) link.setAttribute("aria-current", "true");
        link.dataset.typed = `${place.name} ${place.pinyin} ${place.pinyin.replaceAll(" ", "")} `
          + `${place.pinyin.split(" ").map((each) => each[0] || "").join("")} ${place.code}`;
        return link;
      }));
      this.move(-1);
    }

    move(to) {
      const links = this.links;
      this.at = links.length ? Math.max(-1, Math.min(to, links.length - 1)) : -1;
      for (const [number, link] of links.entries()) {
        link.setAttribute("aria-selected", String(number === this.at));
      }
      const on = links[this.at];
      if (on) {
        on.scrollIntoView({ block: "nearest" });
        this.field.setAttribute("aria-activedescendant", on.id);
      } else this.field.removeAttribute("aria-activedescendant");
    }

    key(event) {
      if (event.isComposing) return;
      const last = this.links.length - 1;
      const to = {
        ArrowDown: this.at >= last ? 0 : this.at + 1,
        ArrowUp: this.at <= 0 ? last : this.at - 1,
        PageDown: Math.min(this.at + MANY, last),
        PageUp: Math.max(this.at - MANY, 0),
      }[event.key];
      if (to !== undefined && last >= 0) {
        this.move(to);
        event.preventDefault();
      } else if (event.key === "Enter" && last >= 0) {
        this.links[Math.max(this.at, 0)].click();
        event.preventDefault();
      }
    }
  }

  // ── Searching ──────────────────────────────────────────────────────────────────────────────────

  function searchable(spot) {
    const said = spot.dataset;
    const field = made("input", {
      type: "search", id: "search", role: "combobox", "aria-label": said.label,
      "aria-expanded": "false", "aria-autocomplete": "list", autocomplete: "off",
      autocapitalize: "off", spellcheck: "false", enterkeyhint: "go", maxlength: "60",
    });
    const list = made("div", { class: "hits", id: "hits", role: "listbox", "aria-label": said.label });
    const note = made("p", { class: "hits-note", role: "status" });
    const drop = made("div", { class: "drop", hidden: "" }, list, note);
    const leave = made("button", { type: "button", class: "leave" }, said.leave);
    spot.append(
      made("label", { for: "search", class: "lens", "aria-hidden": "true" }),
      field, made("kbd", { "aria-hidden": "true" }, "/"), leave, drop,
    );
    let timer = 0, running = null;
    const choice = new Choice(field, list, () => close());

    function show(open) {
      drop.hidden = !open;
      field.setAttribute("aria-expanded", String(open));
    }

    function close() {
      clearTimeout(timer);
      if (running) running.abort();
      field.value = "";
      show(false);
      field.blur();
    }

    async function look() {
      const typed = field.value.trim();
      if (running) running.abort();
      if (!typed) return show(false);
      running = new AbortController();
      try {
        const { places, more } = await asked(`q=${encodeURIComponent(typed)}`, running.signal);
        choice.fill(places, typed);
        note.textContent = !places.length ? said.none : more ? said.more
          : said.found.replace("{n}", places.length);
        if (places.length) choice.move(0);
      } catch (trouble) {
        if (trouble.name === "AbortError") return;
        choice.fill([]);
        note.textContent = said.lost;
      }
      show(document.activeElement === field);
    }

    function relabel() {
      field.placeholder = said.hint;
      field.setAttribute("aria-label", said.label);
      list.setAttribute("aria-label", said.label);
      leave.textContent = said.leave;
    }

    field.addEventListener("input", (event) => {
      clearTimeout(timer);
      if (!event.isComposing) timer = setTimeout(look, PAUSE);
    });
    field.addEventListener("compositionend", () => { timer = setTimeout(look, PAUSE); });
    field.addEventListener("focus", () => field.value.trim() && look());
    field.addEventListener("blur", () => show(false));
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      close();
      event.preventDefault();
    });
    leave.addEventListener("mousedown", (event) => event.preventDefault());
    leave.addEventListener("click", close);
    new MutationObserver(relabel).observe(spot, { attributes: true, attributeFilter: ["data-label"] });
    relabel();
  }

  // ── Places beside one ──────────────────────────────────────────────────────────────────────────

  const known = new Map();  // what was asked for already, of the snapshot on the page
  let box = null, opener = null;

  function snapshot() {
    const page = document.querySelector("#page > .page");
    return page ? `${page.dataset.snapshot} ${speech()}` : "";
  }

  async function beside(code) {
    const name = `${snapshot()} ${code}`;
    if (!known.has(name)) known.set(name, await asked(`beside=${encodeURIComponent(code)}`));
    return known.get(name).places;
  }

  function built() {
    const field = made("input", {
      type: "search", role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list",
      autocomplete: "off", spellcheck: "false",
    });
    const list = made("div", { class: "hits", id: "beside", role: "listbox", tabindex: "-1" });
    const note = made("p", { class: "hits-note", role: "status" });
    const found = made("div", { class: "picker", popover: "auto", role: "dialog" }, field, list, note);
    document.body.append(found);
    const choice = new Choice(field, list, () => found.hidePopover());
    list.addEventListener("keydown", (event) => choice.key(event));
    field.addEventListener("input", () => {
      const typed = field.value.trim().toLowerCase();
      for (const link of list.children) {
        link.hidden = !link.dataset.typed.toLowerCase().includes(typed);
      }
      choice.move(typed ? 0 : -1);
    });
    found.addEventListener("toggle", (event) => {
      if (event.newState === "open" || !opener) return;
      opener.setAttribute("aria-expanded", "false");
      opener = null;
    });
    return { found, field, list, note, choice };
  }

  function place(found, button) {
    const spot = button.getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    found.style.left = `${Math.max(8, Math.min(spot.left - 24, wide - found.offsetWidth - 8))}px`;
    found.style.top = `${spot.bottom + 6}px`;
    found.style.maxHeight = `${Math.max(220, innerHeight - spot.bottom - 24)}px`;
  }

  async function open(button) {
    if (button === opener) return box.found.hidePopover();
    box = box || built();
    const { found, field, list, note, choice } = box;
    const code = button.dataset.beside;
    opener = button;
    button.setAttribute("aria-expanded", "true");
    found.setAttribute("aria-label", button.getAttribute("aria-label"));
    list.setAttribute("aria-label", button.getAttribute("aria-label"));
    field.value = "";
    field.placeholder = words().filter;
    field.setAttribute("aria-label", words().filter);
    let places = [];
    note.textContent = "";
    try {
      places = await beside(code);
    } catch (trouble) {
      note.textContent = words().lost;
    }
    if (opener !== button) return;
    choice.fill(places, "", code);
    field.hidden = places.length <= MANY;
    found.showPopover();
    place(found, button);
    const fingers = matchMedia("(pointer: coarse)").matches;
    choice.field = field.hidden || fingers ? list : field;
    choice.field.focus();
    choice.move(places.findIndex((each) => each.code === code));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-beside]");
    if (button) open(button);
  });

  function ready() {
    const spot = document.querySelector("[data-search]");
    if (spot && !spot.firstChild) searchable(spot);
  }

  new MutationObserver(ready).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-address"],
  });
})();
