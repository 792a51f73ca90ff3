// What a hand does to the page itself: light or dark, opening and closing what lies folded.
(function () {
  "use strict";

  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function theme() {
    return root.dataset.theme || (dark.matches ? "dark" : "light");
  }

  const OPEN = "details.about[open], details.fold[open], [data-unfold][aria-expanded=true]";

  // What is open, innermost last.
  const opened = () => [...document.querySelectorAll(OPEN)];

  function shut(one) {
    if (one.tagName === "DETAILS") one.open = false;
    else one.setAttribute("aria-expanded", "false");
  }

  function close(inside) {
    for (const one of opened()) {
      if (!(one.tagName === "DETAILS" ? one : one.parentElement).contains(inside)) shut(one);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-theme]");
    if (button && button !== root) {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
      return;
    }
    const closing = event.target.closest && event.target.closest("[data-close]");
    if (closing) {
      const folded = closing.closest("details");
      folded.open = false;
      folded.querySelector("summary").focus();
      return;
    }
    const unfolding = event.target.closest && event.target.closest("[data-unfold]");
    if (unfolding) {
      const open = unfolding.getAttribute("aria-expanded") === "true";
      unfolding.setAttribute("aria-expanded", String(!open));
    }
    const chosen = event.target.closest && event.target.closest(".choice a");
    close(chosen ? null : event.target);
  });

  document.addEventListener("submit", () => close(null));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const open = opened().pop();
    if (!open) return;
    shut(open);
    (open.querySelector("summary") || open).focus();
    event.preventDefault();
  });
})();
