// A select with data-template="ID" puts the chosen <template data-reply="KEY"> into the textarea of that id.
// The same for radios: <template data-reply="VALUE" data-of="NAME" data-into="ID">; a text that was put in before gives way.
// Typed text is never lost: where there is some, the template is added below it.
(function () {
  "use strict";

  function put(area, text, others) {
    const now = area.value.trim();
    const gone = !now || others.includes(now);
    area.value = gone ? text : `${area.value.trimEnd()}\n\n${text}`;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("change", (event) => {
    const radio = event.target;
    if (!radio.matches("input[type=radio]")) return;
    const texts = Array.from(document.querySelectorAll("template[data-of]")).filter((t) => t.dataset.of === radio.name);
    const source = texts.find((t) => t.dataset.reply === radio.value);
    const area = source && document.getElementById(source.dataset.into);
    if (area) put(area, source.content.textContent.trim(), texts.map((t) => t.content.textContent.trim()));
  });

  document.addEventListener("change", (event) => {
    const select = event.target;
    if (!select.matches("select[data-template]") || !select.value) return;
    const area = document.getElementById(select.dataset.template);
    const source = Array.from(document.querySelectorAll("template[data-reply]")).find((t) => t.dataset.reply === select.value);
    if (!area || !source) return;
    put(area, source.content.textContent.trim(), []);
    area.focus();
  });
})();
