// Panels are asked for as they come near to what is seen, a group at a time; on paper all of them are.
(function () {
  "use strict";

  const AHEAD = "80% 0px", PATIENCE = 20000;
  let print = null;  // looks whether all is there
  const awaited = () => [...document.querySelectorAll("[data-awaited]")];

  function fetch(group) {
    if (!group || group.dataset.near) return;
    group.dataset.near = "here";  // twice would be once too often
    window.dash_clientside.set_props(JSON.parse(group.id), { "data-near": "here" });
  }

  const seen = new IntersectionObserver((changes) => {
    for (const { isIntersecting, target } of changes) {
      if (isIntersecting) fetch(target.closest("[data-near]"));
    }
  }, { rootMargin: AHEAD });

  // React may put another page's heading into the same spot, which is to be looked at anew.
  let known = "";
  new MutationObserver(() => {
    const there = awaited();
    const said = there.map((each) => `${each.parentElement.id} ${each.dataset.awaited}`).join();
    if (said === known) return;
    known = said;
    seen.disconnect();
    there.forEach((each) => seen.observe(each));
  }).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-awaited", "id"],
  });

  function all() {
    for (const each of awaited()) fetch(each.closest("[data-near]"));
  }

  const wanting = () => document.querySelector("[data-awaited], .dash-graph--pending");

  function whole() {
    const late = Date.now() + PATIENCE;
    all();
    clearInterval(print);
    print = setInterval(() => {
      if (wanting() && Date.now() < late) return;
      clearInterval(print);
      requestAnimationFrame(() => setTimeout(() => window.print(), 300));  // what was drawn is painted
    }, 50);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-print]")) whole();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "p" || !wanting()) return;
    event.preventDefault();
    whole();
  });
  window.addEventListener("beforeprint", all);
})();
