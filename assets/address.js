// The URL is the state: links and forms of our own change the address, and Dash answers to it.
// Links stay real links: they open in a new tab, can be copied, and work with the keyboard.
(function () {
  "use strict";

  const page = () => document.querySelector("#page > .page");

  function go(address, stay, link) {
    const target = new URL(address, location.href);
    if (target.pathname + target.search === location.pathname + location.search) return;
    history.replaceState({ ...history.state, scroll: window.scrollY }, "");
    history.pushState({}, "", target);
    wanted = stay ? null : 0;
    held = stay && link ? hold(link) : null;
    elsewhere = !stay;
    window.dispatchEvent(new PopStateEvent("popstate"));
  }

  // Where the page is to stand once it has come: null leaves it, what was clicked under the finger.
  let wanted = left();
  let held = null;
  // A link is made anew where columns change places, so it is known again by what it says.
  const said = (link) => `${link.getAttribute("href")} ${link.textContent}`;
  const alike = (words) =>
    [...document.querySelectorAll("a[data-stay]")].filter((each) => said(each) === words);
  function hold(link) {
    const words = said(link);
    return { words, at: alike(words).indexOf(link), top: link.getBoundingClientRect().top };
  }
  function keep({ words, at, top }) {
    const link = alike(words)[at];
    if (link) window.scrollBy(0, link.getBoundingClientRect().top - top);
  }
  let moved = true;
  let elsewhere = false;
  if ("scrollRestoration" in history) history.scrollRestoration = "manual";
  window.addEventListener("popstate", (event) => {
    if (event.isTrusted) wanted = (event.state && event.state.scroll) || 0;
    moved = true;
  });

  // A page that is loaded anew stands where it was left. What is written into the history while a
  // page goes is lost.
  window.addEventListener("pagehide", () => {
    sessionStorage.setItem("left", JSON.stringify([location.href, window.scrollY]));
  });
  function left() {
    const [href, scroll] = JSON.parse(sessionStorage.getItem("left") || "[]");
    const [how] = performance.getEntriesByType("navigation");
    return href === location.href && how && how.type !== "navigate" ? scroll : null;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    if (link.getAttribute("href").startsWith("#")) return;
    const pages = [
      "/place/", "/rows/", "/row/", "/workbench", "/catalog", "/preview/",
    ];
    if (link.pathname !== "/" && !pages.some((each) => link.pathname.startsWith(each))) return;
    event.preventDefault();
    if (link.dataset.reload !== undefined) location.reload();
    else go(link.href, link.dataset.stay !== undefined, link);
  });

  // A form that is to change something brings along what shows that it is ours.
  function vouch(form) {
    const found = document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/);
    const field = form.elements._csrf || form.appendChild(document.createElement("input"));
    Object.assign(field, { type: "hidden", name: "_csrf", value: found ? found[1] : "" });
  }

  // A form's answer is an address: what it already says, and what was filled in.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "post" && form.closest("#page")) vouch(form);
    if (form.method !== "get") return;
    event.preventDefault();
    const target = new URL(form.action, location.href);
    for (const [name, value] of new FormData(form)) {
      if (value) target.searchParams.set(name, value);
      else target.searchParams.delete(name);
    }
    const open = form.closest("details");
    if (open) open.open = false;
    go(target, true);
  });

  // Dash has no fields that are the browser's own: a day is chosen in the language it speaks.
  function fields() {
    for (const spot of document.querySelectorAll("[data-day]")) {
      let field = spot.firstElementChild;
      if (!field) {
        field = spot.appendChild(document.createElement("input"));
        field.type = spot.dataset.kind || "date";
      }
      field.name = spot.dataset.day;
      if (spot.dataset.shown !== spot.dataset.value) field.value = spot.dataset.value;
      spot.dataset.shown = spot.dataset.value;
    }
  }

  // What a page says of itself belongs to the window: its title and its language.
  let known = null;
  new MutationObserver(() => {
    const shown = page();
    if (!shown) return;
    fields();
    if (shown !== known && shown.dataset.address) arrived();
    known = shown;
    if (document.title !== shown.dataset.title) document.title = shown.dataset.title;
    if (document.documentElement.lang !== shown.lang) document.documentElement.lang = shown.lang;
  }).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-title", "data-value"],
  });

  // Once the numbers of another address have come: scroll as promised, and tell who listens.
  function arrived() {
    if (!moved || !page()) return;
    moved = false;
    if (wanted !== null) window.scrollTo(0, wanted);
    else if (held) keep(held);
    const typing = document.activeElement && document.activeElement.matches("input, dialog *");
    if (elsewhere && !typing) document.getElementById("content").focus({ preventScroll: true });
    wanted = held = null;
    elsewhere = false;
  }
  new MutationObserver(arrived).observe(document.documentElement, {
    subtree: true, attributes: true, attributeFilter: ["data-title", "data-address"],
  });
})();
