// The link to the server: whether it answers, and whether it has a newer snapshot or build. A page
// takes up a newer snapshot by itself, and a newer build when nobody is at it.
(function () {
  "use strict";

  const SECOND = 1000, EVERY = 15 * SECOND, WAITING = 3 * SECOND, RARELY = 120 * SECOND;
  const IDLE = 60 * SECOND;
  const root = document.documentElement;
  const page = () => document.querySelector("#page > .page");

  let failures = 0;   // one after the other
  let owed = false;   // a page was asked for and did not come
  let ours = false;   // the next request of the page is nobody's click
  let asking = false, timer = 0, touched = Date.now(), focused = null;

  function heard() {
    failures = 0;
    root.dataset.seen = Math.floor(Date.now() / SECOND);
    root.dataset.link = "up";
  }

  function failed(at_once) {
    failures += 1;
    if (at_once || failures > 1) root.dataset.link = "lost";
    if (at_once) again(WAITING);
  }

  // Groups of panels that are here already come along with their page, if it is asked for again.
  function near() {
    const here = [...document.querySelectorAll("[data-near=here]")].map((each) => JSON.parse(each.id));
    return here.length ? `${here.map((one) => one.panels).join()} ${here[0].of}` : "";
  }

  // Every request of this page passes here: who is no longer signed in is asked to and comes back,
  // what got no answer is asked for again once there is one.
  const ask = window.fetch;
  window.fetch = async (what, how) => {
    const data = String(what.url || what).includes("/_dash-update-component");
    if (data) {
      const headers = new Headers(how.headers);
      if (ours) headers.set("X-Renewal", "1");
      const panels = near();
      if (panels) headers.set("X-Near", panels);
      how = { ...how, headers };
      ours = false;
    }
    let answer;
    try {
      answer = await ask(what, how);
    } catch (trouble) {
      if (data && trouble.name !== "AbortError") {
        owed = true;
        failed(true);
      }
      throw trouble;
    }
    if (answer.status === 401) {
      const here = location.pathname + location.search;
      location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
    } else if (data && answer.status >= 500) {
      owed = true;
      failed(true);
    } else if (answer.status < 500) heard();
    return answer;
  };

  async function poll() {
    clearTimeout(timer);
    if (document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch("/api/version", { signal: AbortSignal.timeout(10 * SECOND) });
      if (!answer.ok) throw new Error(answer.status);
      compare(await answer.json());
    } catch (unreachable) {
      failed(false);
    }
    asking = false;
    const waits = document.querySelector("[data-waits]");
    const usual = (waits ? WAITING : EVERY) * (0.8 + 0.4 * Math.random());
    again(failures ? Math.min(WAITING * 2 ** failures, RARELY) : usual);
  }

  function again(after) {
    clearTimeout(timer);
    timer = document.hidden ? 0 : setTimeout(poll, after);
  }

  function compare(told) {
    if (told.build !== root.dataset.build) reload(told.build);
    const shown = page();
    const known = shown && shown.dataset.snapshot;
    if (owed || (known !== undefined && told.snapshot && told.snapshot !== known)) renew();
  }

  // The page's one data request, once more. What is open, where one stands and what is marked stay:
  // only what changed is drawn anew.
  function renew() {
    if (!window.dash_clientside || !window.dash_clientside.set_props) return;
    owed = false;
    ours = true;
    const held = document.activeElement;
    focused = held && held.closest("#page a[href]") ? [held, held.getAttribute("href")] : null;
    window.dash_clientside.set_props("address", { search: location.search });
  }

  // A list may have changed its order: the focus stays on the same link, wherever that is now.
  function renewed() {
    const said = document.querySelector("[data-renewed]");
    if (said) said.textContent = said.dataset.renewed;
    if (!focused) return;
    const [held, href] = focused;
    focused = null;
    if (document.activeElement !== held || held.getAttribute("href") === href) return;
    const moved = document.querySelector(`#page a[href="${CSS.escape(href)}"]`);
    if (moved) moved.focus({ preventScroll: true });
  }

  function reload(build) {
    const over = "dialog[open], details.fold[open], details.about[open], :popover-open";
    if (Date.now() - touched < IDLE || document.querySelector(over)) return;
    if (sessionStorage.getItem("build") === build) return;  // of two servers one is still old
    sessionStorage.setItem("build", build);
    location.reload();
  }

  for (const sign of ["pointerdown", "keydown", "wheel", "touchmove"]) {
    window.addEventListener(sign, () => { touched = Date.now(); }, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else poll();
  });
  window.addEventListener("online", poll);
  window.addEventListener("pageshow", (event) => event.persisted && poll());
  new MutationObserver((changes) => {
    if (changes.some((change) => change.oldValue && change.target === page())) renewed();
  }).observe(root, {
    subtree: true, attributes: true, attributeOldValue: true, attributeFilter: ["data-snapshot"],
  });

  heard();
  again(WAITING);  // by then it is known whether the page is one that waits
})();
