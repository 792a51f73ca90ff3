// What a hand does to the page itself: light or dark, opening and closing what lies folded.
(function () {
  "use strict";

  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function theme() {
    return root.dataset.theme || (dark.matches ? "dark" : "light");
  }

  function close(except) {
    for (const open of document.querySelectorAll("details.about[open], details.own[open]")) {
      if (open !== except) open.open = false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-theme]");
    if (button && button !== root) {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
      return;
    }
    const folded = event.target.closest && event.target.closest("details");
    if (event.target.closest && event.target.closest("[data-close]")) {
      folded.open = false;
      folded.querySelector("summary").focus();
      return;
    }
    close(folded);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.about[open], details.own[open]");
    if (!open) return;
    close();
    open.querySelector("summary").focus();
  });
})();
