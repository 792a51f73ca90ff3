// What keys do on every page, outside fields. The page's table of keys says the same.
(function () {
  "use strict";

  const FIELD = "input, textarea, select, [contenteditable], [role=grid]";
  const OVER = "dialog[open], :popover-open";
  const OFF = "single keys are off";
  let waits = 0;  // until when a letter after g is meant

  const table = () => document.querySelector("dialog.keys");

  function click(selector) {
    const found = document.querySelector(selector);
    if (found) found.click();
    return Boolean(found);
  }

  function show() {
    const dialog = table();
    if (!dialog || dialog.open) return false;
    const spot = dialog.querySelector("[data-single]");
    if (!spot.firstChild) {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.addEventListener("change", () => {
        if (box.checked) localStorage.removeItem(OFF);
        else localStorage.setItem(OFF, "1");
      });
      spot.append(box, document.createElement("span"));
    }
    spot.firstChild.checked = !localStorage.getItem(OFF);
    spot.lastChild.textContent = spot.dataset.said;
    dialog.showModal();
    return true;
  }

  function search() {
    const field = document.querySelector("[data-search] input");
    if (field) field.focus();
    return Boolean(field);
  }

  // A Chinese keyboard writes other signs with the same keys.
  function sign(event) {
    if (event.key === "/" || event.key === "?") return event.key;
    if (event.code === "Slash" && !/^[!-~]$/.test(event.key)) return event.shiftKey ? "?" : "/";
    return event.key;
  }

  function obeys(event) {
    const key = sign(event);
    if (key === "Escape" || key === "Backspace") {
      return click(".path li:has(+ li > [aria-current]) a, .path:not(:has([aria-current])) li:last-child a");
    }
    if (localStorage.getItem(OFF)) return false;
    if (key === "/") return search();
    if (key === "?") return show();
    if (key === "g") {
      waits = Date.now() + 1500;
      return true;
    }
    const meant = Date.now() < waits && /^[a-z]$/.test(key);
    waits = 0;
    return meant && click(`.tabs [data-key="${key}"]`);
  }

  // On the window, so that whatever is open has had its turn with the key.
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest && event.target.closest(FIELD)) return;
    if (document.querySelector(OVER)) return;
    if (obeys(event)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-keys]")) show();
    else if (event.target === table()) table().close();
  });
})();
