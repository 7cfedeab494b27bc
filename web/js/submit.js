// A form acts once: its buttons turn 提交中… after sending; a form with data-confirm asks first; data-print prints.
(function () {
  "use strict";

  function buttons(form) {
    return Array.from(form.elements).filter((el) => el.type === "submit");
  }

  function busy(form) {
    form.dataset.busy = "1";
    form.setAttribute("aria-busy", "true");
    // Only after the browser has gathered the fields: a disabled button would not send its own value.
    setTimeout(() => {
      buttons(form).forEach((button) => {
        if (button.disabled) return;
        button.dataset.label = button.innerHTML;
        button.disabled = true;
        if (button.classList.contains("primary")) button.textContent = "提交中…";
      });
    }, 0);
  }

  function idle(form) {
    delete form.dataset.busy;
    form.removeAttribute("aria-busy");
    buttons(form).forEach((button) => {
      if (button.dataset.label === undefined) return;
      button.innerHTML = button.dataset.label;
      delete button.dataset.label;
      button.disabled = false;
    });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.busy) {
      event.preventDefault();
      return;
    }
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // A form that hands out a file leaves the page where it is and may be sent again.
    if (form.method === "post" && form.dataset.again === undefined) busy(form);
  }, true);

  // Back from the next page, or an answer put into this one: the form may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-busy]").forEach(idle);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) idle(form);
  });

  // Without script it would do nothing: it shows itself here.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
