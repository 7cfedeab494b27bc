// A form with data-guard asks before the page is left with unsaved text.
(function () {
  "use strict";
  const dirty = new Set();

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-guard")) dirty.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) dirty.delete(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    const open = Array.from(dirty).some((form) => document.contains(form));
    if (!open) return;
    event.preventDefault();
    event.returnValue = "";
  });
})();
