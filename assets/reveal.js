// What is masked is shown in a window of its own, for a reason: it never becomes part of the page,
// and is gone when the window closes or the page is left.
(function () {
  "use strict";

  let shown = null;

  function made(tag, text, properties) {
    const one = Object.assign(document.createElement(tag), properties || {});
    if (text) one.textContent = text;
    return one;
  }

  function labelled(text, field) {
    const label = made("label");
    label.append(made("span", text), field);
    return label;
  }

  function close() {
    if (!shown) return;
    const { dialog, button } = shown;
    shown = null;
    dialog.remove();
    if (button.isConnected) button.focus();
  }

  function open(button) {
    const said = button.closest("[data-reveals]").dataset;
    const dialog = made("dialog", "", { className: "reveal-window" });
    dialog.setAttribute("aria-label", button.getAttribute("aria-label"));
    const form = made("form", "", { method: "dialog" });
    const reason = made("select", "", { name: "reason", required: true });
    reason.append(made("option", "", { value: "" }));
    for (const each of said.reasons.split("|")) {
      const [value, text] = each.split("=");
      reason.append(made("option", text, { value }));
    }
    const why = made("textarea", "", {
      name: "why", required: true, minLength: 4, maxLength: 200, rows: 2, placeholder: said.hint,
    });
    const told = made("p", "", { className: "told" });
    told.setAttribute("role", "status");
    const go = made("button", said.go, { type: "submit", className: "button strong" });
    const leave = made("button", said.leave, { type: "button", className: "button" });
    const acts = made("div", "", { className: "acts" });
    acts.append(go, leave);
    form.append(
      made("h2", button.getAttribute("aria-label")), made("p", said.meaning),
      labelled(said.reason, reason), labelled(said.why, why), told, acts,
    );
    dialog.append(form);
    document.body.append(dialog);
    shown = { dialog, button };
    leave.addEventListener("click", close);
    dialog.addEventListener("close", close);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (!reason.value || why.value.trim().length < 4) {
        told.textContent = said.short;
        return;
      }
      go.disabled = true;
      const csrf = document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/);
      const body = new URLSearchParams({
        column: button.dataset.reveal, reason: reason.value, why: why.value,
      });
      let answer;
      try {
        const came = await fetch(`/reveal/${said.reveals}`, {
          method: "POST", body, cache: "no-store",
          headers: { "X-CSRFToken": csrf ? csrf[1] : "", Accept: "application/json" },
        });
        answer = await came.json();
      } catch (trouble) {
        answer = { error: "" };
      }
      if (!shown || shown.dialog !== dialog) return;
      go.disabled = false;
      if (answer.value === undefined) {
        told.textContent = said.failed.replace("{why}", answer.error || "");
        return;
      }
      form.replaceChildren(
        made("h2", button.getAttribute("aria-label")),
        made("p", answer.value, { className: "revealed" }), made("p", said.gone), leave,
      );
      leave.focus();
    });
    dialog.showModal();
    reason.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-reveal]");
    if (button) open(button);
  });
  window.addEventListener("popstate", close);
  window.addEventListener("pagehide", close);
})();
