// A select with data-template="ID" puts the chosen <template data-reply="KEY"> into the textarea of that id.
// Typed text is never lost: where there is some, the template is added below it.
(function () {
  "use strict";

  document.addEventListener("change", (event) => {
    const select = event.target;
    if (!select.matches("select[data-template]") || !select.value) return;
    const area = document.getElementById(select.dataset.template);
    const source = Array.from(document.querySelectorAll("template[data-reply]")).find((t) => t.dataset.reply === select.value);
    if (!area || !source) return;
    const text = source.content.textContent.trim();
    area.value = area.value.trim() ? `${area.value.trimEnd()}\n\n${text}` : text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
})();
