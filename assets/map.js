// The map: a pointer on a shape does what the link over it does, and arrow keys go from link to link.
(function () {
  "use strict";

  let touched = false;
  let fresh = false;
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    fresh = true;
  }, true);

  const links = (ground) => [...ground.querySelectorAll(".cells a")];

  // Which shape is pointed at, and what it has to say; null is none.
  const pointed = new WeakMap();
  function point(ground, link) {
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
    if (!touched) return;
    const enter = document.createElement("a");
    enter.href = link.href;
    enter.className = "button strong";
    enter.textContent = said.dataset.enter;
    said.append(enter);
  }

  // A click on a shape is one on its link; a finger first asks what it is. A finger's tap is told
  // twice, the second time as a click of a mouse.
  function click(ground, told) {
    if (!fresh) return;
    fresh = false;
    const link = links(ground).find((each) => each.dataset.cell === told.points[0].data.uid);
    if (!link) return;
    if (touched && pointed.get(ground) !== link) {
      point(ground, link);
      return;
    }
    const { ctrlKey, metaKey, shiftKey } = told.event || {};
    const how = { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey };
    link.dispatchEvent(new MouseEvent("click", how));
  }

  function listen(ground, plot) {
    plot.on("plotly_click", (told) => click(ground, told));
    plot.on("plotly_hover", () => ground.classList.add("over"));
    plot.on("plotly_unhover", () => ground.classList.remove("over"));
  }

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
    if (link && !touched) point(link.closest(".ground"), null);
  });

  // A map is drawn some time after its page has come, and the next page draws into the same plot.
  const heard = new WeakMap();
  const shown = new WeakMap();
  new MutationObserver(() => {
    for (const ground of document.querySelectorAll(".ground")) {
      const plot = ground.querySelector(".js-plotly-plot");
      if (plot && plot.on && heard.get(plot) !== plot._ev) {
        heard.set(plot, plot._ev);
        listen(ground, plot);
      }
      if (shown.get(ground) === ground.dataset.address) continue;
      shown.set(ground, ground.dataset.address);
      point(ground, null);
      settle(ground, ground.querySelector(".cells a[aria-current]") || links(ground)[0]);
    }
  }).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-address"],
  });
})();
