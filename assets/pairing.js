// A display that waits to be paired: asks for its code, and again every few seconds until an
// officer has approved it. While the server is away it keeps on asking, ever less often.
(function () {
  "use strict";

  const here = document.getElementById("pairing");
  if (!here) return;

  const EVERY = 3000, MOST = 30000;
  const code = here.querySelector(".code"), left = here.querySelector(".left");
  const picture = here.querySelector("img");
  let failed = 0;

  function say(text, trouble) {
    left.textContent = text;
    left.dataset.state = trouble ? "trouble" : "";
  }

  function show(told) {
    if (told.state === "paired") {
      location.replace("/wall" + location.search);
      return MOST;
    }
    if (told.state === "crowded") {
      say(here.dataset.crowded, true);
      return told.seconds * 1000;
    }
    if (code.textContent !== told.code) code.textContent = told.code;
    if (picture.src !== told.picture) picture.src = told.picture;
    picture.hidden = false;
    say(here.dataset.left.replace("{n}", Math.max(1, Math.ceil(told.seconds / 60))), false);
    return EVERY;
  }

  async function ask() {
    let wait;
    try {
      const answer = await fetch("/api/pair", {
        method: "POST",
        headers: { "X-CSRFToken": here.dataset.secret },
        signal: AbortSignal.timeout(10000),
      });
      if (answer.status === 400) {
        // This page is older than what the browser knows: somebody signed in beside it.
        setTimeout(() => location.replace("/wall" + location.search), EVERY);
        return;
      }
      if (!answer.ok && answer.status !== 429) throw new Error(answer.status);
      wait = show(await answer.json());
      failed = 0;
    } catch {
      failed += 1;
      say(here.dataset.silent, true);
      wait = Math.min(MOST, EVERY * 2 ** failed);
    }
    setTimeout(ask, wait * (0.9 + Math.random() * 0.2));
  }

  ask();
})();
