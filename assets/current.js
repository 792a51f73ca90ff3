// What of an officer's page keeps up by itself: its parts marked data-current are asked for again
// every few seconds. Only what says something else is changed: focus, marks and what is typed stay.
(function () {
  "use strict";

  const EVERY = 10000, MOST = 60000;
  const lost = document.querySelector("[data-lost]");
  let failed = 0;

  function take(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) {
      old.replaceWith(fresh);
    } else if (old.nodeType === Node.TEXT_NODE) old.data = fresh.data;
    else {
      for (const { name, value } of [...fresh.attributes]) old.setAttribute(name, value);
      for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
      const after = [...fresh.childNodes];
      [...old.childNodes].forEach((each, at) => take(each, after[at]));
    }
  }

  // A row may have gone or come: the focus stays on the same link, wherever that is now.
  function renew(page) {
    const held = document.activeElement.getAttribute("href");
    const parts = (where) => [...where.querySelectorAll("[data-current]")];
    const fresh = parts(page);
    if (!fresh.length) throw new Error("it is another page");
    parts(document).forEach((part, at) => take(part, fresh[at]));
    if (held && document.activeElement === document.body) {
      const link = document.querySelector(`[data-current] a[href="${CSS.escape(held)}"]`);
      if (link) link.focus({ preventScroll: true });
    }
  }

  async function ask() {
    if (!document.hidden) {
      try {
        // Without what the address asks for: that was done when the page was opened.
        const answer = await fetch(location.pathname, {
          headers: { "X-Renewal": "1" }, signal: AbortSignal.timeout(EVERY),
        });
        if (!answer.ok) throw new Error(answer.status);
        renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
        failed = 0;
      } catch {
        failed += 1;
      }
      lost.hidden = !failed;
    }
    setTimeout(ask, Math.min(MOST, EVERY * 2 ** failed) * (0.9 + Math.random() * 0.2));
  }

  setTimeout(ask, EVERY);
})();
