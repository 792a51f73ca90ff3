// How old the data are, told by the clock on the wall and not when the page was made.
(function () {
  "use strict";

  const SECOND = 1000, MINUTE = 60, HOUR = 3600, DAY = 86400;

  function said(seconds, words) {
    if (seconds < MINUTE) return words[0];
    const [word, unit] = seconds < HOUR ? [1, MINUTE] : seconds < 2 * DAY ? [2, HOUR] : [3, DAY];
    return words[word].replace("{n}", Math.floor(seconds / unit));
  }

  function tell() {
    for (const place of document.querySelectorAll("[data-age]")) {
      const seconds = Math.max(0, Date.now() / SECOND - Number(place.dataset.age));
      const words = place.dataset.words.split("|");
      let text = said(seconds, words);
      if (place.dataset.judged !== undefined) {
        const limits = place.dataset.limits.split("|").map((hours) => hours * HOUR);
        const state = seconds < limits[0] ? 0 : seconds < limits[1] ? 1 : 2;
        text = `${["●", "◐", "○"][state]} ${words[4 + state]} · ${text}`;
        place.dataset.state = ["fresh", "ageing", "old"][state];
      }
      if (place.textContent !== text) place.textContent = text;
    }
    for (const place of document.querySelectorAll("[data-link]:not(html)")) link(place);
  }

  // What link.js knows of the server stands at the root of the page.
  function link(place) {
    const { link, seen } = document.documentElement.dataset;
    const words = place.dataset.words.split("|");
    const text = place.dataset.link === "age"
      ? said(Math.max(0, Date.now() / SECOND - Number(seen)), words)
      : link === "up" ? `● ${words[0]}` : `○ ${words[1]}`;
    place.dataset.state = link === "up" ? "fresh" : "old";
    if (place.textContent !== text) place.textContent = text;
  }

  setInterval(tell, SECOND);
  new MutationObserver(tell).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-age", "data-words", "data-link"],
  });
})();
