// Shows a field only with the choices it is filled in for: [data-when="FIELD" data-is="A|B"]; with data-drop what is hidden is not
// sent either. Without script it always stands.
(function () {
  "use strict";

  function settle(box) {
    const form = box.closest("form");
    const field = form && form.elements[box.dataset.when];
    box.hidden = !field || !box.dataset.is.split("|").includes(field.value);
    if ("drop" in box.dataset) {
      box.querySelectorAll("input, select, textarea").forEach((control) => { control.disabled = box.hidden; });
    }
  }

  function all() {
    document.querySelectorAll("[data-when]").forEach(settle);
  }

  document.addEventListener("change", all);
  document.addEventListener("htmx:load", all);
  window.addEventListener("pageshow", all);
  all();
})();
