// The map: a pointer on a shape does what the link over it does, and arrow keys go from link to link.
(function () {
  "use strict";

  const links = (ground) => [...ground.querySelectorAll(".cells a")];

  // Which shape is pointed at, and what it has to say; null is none.
  const pointed = new WeakMap();
  function point(ground, link, touch = false) {
    pointed.set(ground, link);
    for (const drawn of ground.querySelectorAll(".outline")) drawn.remove();
    const said = ground.parentElement.querySelector(".cell-said");
    said.replaceChildren();
    if (!link) return;
    const shape = ground.querySelector(`.trace${CSS.escape(link.dataset.cell)}`);
    if (shape) {
      const outline = shape.querySelector(".js-line").cloneNode();
      outline.setAttribute("class", "outline");
      shape.parentElement.append(outline);
    }
    const words = document.createElement("span");
    words.textContent = link.getAttribute("aria-label");
    said.append(words);
    if (!touch) return;
    const enter = document.createElement("a");
    enter.href = link.href;
    enter.className = "button strong";
    enter.textContent = said.dataset.enter;
    said.append(enter);
  }

  // The link of the shape under a spot of the screen.
  function under(ground, x, y) {
    for (const fill of ground.querySelectorAll(".js-fill")) {
      const there = new DOMPoint(x, y).matrixTransform(fill.getScreenCTM().inverse());
      if (!fill.isPointInFill(there)) continue;
      const names = fill.closest(".trace").classList;
      return links(ground).find((link) => names.contains(`trace${link.dataset.cell}`));
    }
    return null;
  }

  // A click on a shape is one on its link; a finger first asks what it is. Between down and up
  // nothing may have moved, else it scrolls or drags. (Plotly lays a cover over all in between.)
  let down = null;
  const near = (one, other) => Math.hypot(one.x - other.x, one.y - other.y) < 10;
  document.addEventListener("pointerdown", (event) => { down = event; }, true);
  document.addEventListener("pointercancel", () => { down = null; }, true);
  document.addEventListener("pointerup", (event) => {
    const ground = down && down.target.closest && down.target.closest(".ground");
    if (!ground || event.button !== 0 || !near(down, event)) return;
    const link = under(ground, event.clientX, event.clientY);
    if (!link) return;
    if (event.pointerType === "touch" && pointed.get(ground) !== link) {
      point(ground, link, true);
      return;
    }
    const { ctrlKey, metaKey, shiftKey } = event;
    const how = { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey };
    link.dispatchEvent(new MouseEvent("click", how));
  }, true);
  document.addEventListener("pointermove", (event) => {
    const ground = event.target.closest && event.target.closest(".ground");
    if (!ground || event.pointerType === "touch") return;
    ground.classList.toggle("over", Boolean(under(ground, event.clientX, event.clientY)));
  });

  // One link of all is a step of the Tab key; the arrow keys lead on from it.
  function settle(ground, to) {
    for (const link of links(ground)) link.tabIndex = link === to ? 0 : -1;
  }

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function next(ground, from, [dx, dy]) {
    const spot = (link) => {
      const box = link.parentElement.getBoundingClientRect();
      return [box.left, box.top];
    };
    const [x, y] = spot(from);
    let best = null, least = Infinity;
    for (const link of links(ground)) {
      const [there, down] = spot(link);
      const ahead = (there - x) * dx + (down - y) * dy;
      const aside = Math.abs((there - x) * dy) + Math.abs((down - y) * dx);
      const far = ahead + 2 * aside;
      if (ahead > 1 && far < least) [best, least] = [link, far];
    }
    return best;
  }

  document.addEventListener("keydown", (event) => {
    const from = event.target.closest && event.target.closest(".cells a");
    if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
    const ground = from.closest(".ground"), all = links(ground);
    const to = event.key === "Home" ? all[0] : event.key === "End" ? all[all.length - 1]
      : WAYS[event.key] ? next(ground, from, WAYS[event.key]) || from : null;
    if (!to) return;
    event.preventDefault();
    to.focus();
  });

  document.addEventListener("focusin", (event) => {
    const link = event.target.closest && event.target.closest(".cells a");
    if (!link) return;
    settle(link.closest(".ground"), link);
    point(link.closest(".ground"), link);
  });
  document.addEventListener("focusout", (event) => {
    const link = event.target.closest && event.target.closest(".cells a");
    if (link) point(link.closest(".ground"), null);
  });

  // The next page draws into the same map: what was pointed at there is forgotten.
  const shown = new WeakMap();
  new MutationObserver(() => {
    for (const ground of document.querySelectorAll(".ground")) {
      if (shown.get(ground) === ground.dataset.address) continue;
      shown.set(ground, ground.dataset.address);
      point(ground, null);
      settle(ground, ground.querySelector(".cells a[aria-current]") || links(ground)[0]);
    }
  }).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-address"],
  });
})();
