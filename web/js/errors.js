// The error summary takes the focus when the page or a fragment arrives; its links go into the field.
(function () {
  "use strict";

  function focusFirst(root) {
    const box = root.matches && root.matches("[data-focus]") ? root : root.querySelector("[data-focus]");
    if (box) box.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    if (!link) return;
    const field = document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    const place = field.closest(".field") || field;
    place.scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });

  document.addEventListener("DOMContentLoaded", () => focusFirst(document));
  document.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) focusFirst(event.target);
  });
})();
