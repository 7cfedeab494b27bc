// Says under a textarea with data-count how many characters may still be typed; counts characters as the server does.
(function () {
  "use strict";

  function show(area) {
    const max = Number(area.dataset.count);
    const used = Array.from(area.value).length;
    let line = area.parentElement.querySelector(".counter");
    if (!line) {
      line = document.createElement("p");
      line.className = "counter";
      area.insertAdjacentElement("afterend", line);
    }
    line.textContent = used > max ? `超出 ${used - max} 字` : `${used} / ${max} 字`;
    line.classList.toggle("full", used > max);
  }

  function start(root) {
    root.querySelectorAll("textarea[data-count]").forEach(show);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-count]")) show(event.target);
  });
  document.addEventListener("DOMContentLoaded", () => start(document));
  // What arrives may itself be the field: look from its parent.
  document.addEventListener("htmx:load", (event) => start(event.target.parentElement || document));
})();
