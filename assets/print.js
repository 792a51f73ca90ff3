// A page on paper: what is folded stays folded, but for the tables that stand for pictures.
(function () {
  "use strict";

  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-print]")) window.print();
  });
})();
