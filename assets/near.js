// Panels are asked for as they come near to what is seen, a group at a time; on paper all of them are.
(function () {
  "use strict";

  const AHEAD = "80% 0px", PATIENCE = 20000;
  let print = null;  // what is to be done once all is there
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
    if (print && !there.length) print();
  }).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-awaited", "id"],
  });

  function all() {
    for (const each of awaited()) fetch(each.closest("[data-near]"));
  }

  function whole() {
    if (!awaited().length) {
      window.print();
      return;
    }
    const late = setTimeout(() => print && print(), PATIENCE);
    print = () => {
      print = null;
      clearTimeout(late);
      requestAnimationFrame(() => setTimeout(() => window.print(), 300));  // pictures are drawn
    };
    all();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-print]")) whole();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "p" || !awaited().length) return;
    event.preventDefault();
    whole();
  });
  window.addEventListener("beforeprint", all);
})();
