// A preview shows its file as it is saved: the page is asked for once more when the file is another.
(function () {
  "use strict";

  const EVERY = 1000;
  let asking = false;

  async function look() {
    const shown = document.querySelector("[data-preview]");
    if (!shown || document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(shown.dataset.preview, {
        headers: { "X-Renewal": "1" }, signal: AbortSignal.timeout(5 * EVERY),
      });
      const told = answer.ok ? await answer.json() : {};
      if (told.print !== undefined && told.print !== shown.dataset.print) renew();
    } catch (unreachable) {
      // whether the server answers is told elsewhere
    }
    asking = false;
  }

  function renew() {
    window.dash_clientside.set_props("address", { search: location.search });
    const said = document.querySelector("[data-saved]");
    if (said) said.textContent = said.dataset.saved;
  }

  setInterval(look, EVERY);
})();
