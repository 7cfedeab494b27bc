// A table to fill in, [data-rows="MOST"], gets a button that adds an empty row; without script its empty rows suffice.
(function () {
  "use strict";

  const nth = (row) => Number(/\.(\d+)\./.exec(row.querySelector("[name]").name)[1]);

  function add(body) {
    const last = body.lastElementChild;
    const [from, to] = [nth(last), Math.max(...Array.from(body.children, nth)) + 1];
    const row = last.cloneNode(true);
    const move = (text) => text.replace(`.${from}.`, `.${to}.`);
    row.querySelectorAll(".error").forEach((line) => line.remove());
    row.querySelectorAll("td").forEach((cell) => cell.classList.remove("wrong"));
    row.querySelectorAll("label").forEach((label) => {
      label.htmlFor = move(label.htmlFor);
      label.lastElementChild.textContent = `，第 ${to + 1} 行`;
    });
    row.querySelectorAll("[name]").forEach((control) => {
      control.id = move(control.id);
      control.name = move(control.name);
      control.value = "";
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
    });
    row.querySelector("th").childNodes[1].textContent = to + 1;
    body.append(row);
    row.querySelector("[name]").focus();
  }

  function enhance(table) {
    if (table.dataset.ready) return;
    table.dataset.ready = "1";
    const body = table.tBodies[0];
    const button = document.createElement("button");
    const settle = () => { button.hidden = body.children.length >= Number(table.dataset.rows); };
    button.type = "button";
    button.className = "btn small";
    button.textContent = "再加一行";
    button.addEventListener("click", () => {
      add(body);
      settle();
    });
    settle();
    table.insertAdjacentElement("afterend", button);
  }

  function start(root) {
    root.querySelectorAll("[data-rows]").forEach(enhance);
  }
  document.addEventListener("DOMContentLoaded", () => start(document));
  // What arrives may itself be the field: look from its parent.
  document.addEventListener("htmx:load", (event) => start(event.target.parentElement || document));
})();
