// Suggests names while one types into a field inside [data-combo="ADDRESS?q="]; without it the field is plain text.
(function () {
  "use strict";
  let serial = 0;

  function enhance(box) {
    if (box.dataset.ready) return;
    box.dataset.ready = "1";
    const input = box.querySelector("input[type=text]");
    const key = box.querySelector("input[type=hidden]");
    const list = document.createElement("ul");
    const note = document.createElement("p");
    const id = `combo-${(serial += 1)}`;
    let items = [];
    let active = -1;
    let timer = 0;
    let asked = null;
    // Between a key and the answer to it: Enter then waits for the list.
    let waiting = false;

    list.id = id;
    list.className = "combo-list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "匹配的名称");
    note.className = "sr";
    note.setAttribute("role", "status");
    box.append(list, note);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", id);
    input.setAttribute("aria-expanded", "false");

    function close() {
      waiting = false;
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(next) {
      active = next;
      Array.from(list.children).forEach((row, i) => row.setAttribute("aria-selected", String(i === active)));
      if (active < 0) return;
      input.setAttribute("aria-activedescendant", `${id}-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    }

    function pick(index) {
      input.value = items[index].label;
      key.value = items[index].value;
      close();
    }

    function draw() {
      waiting = false;
      list.textContent = "";
      items.forEach((item, i) => {
        const row = document.createElement("li");
        row.id = `${id}-${i}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        row.textContent = item.label;
        if (item.sub) {
          const sub = document.createElement("small");
          sub.textContent = item.sub;
          row.append(sub);
        }
        // Before the field loses its focus, so that the list is still there.
        row.addEventListener("mousedown", (event) => {
          event.preventDefault();
          pick(i);
        });
        list.append(row);
      });
      note.textContent = items.length ? `找到 ${items.length} 个名称，用上下键选择` : "没有找到，可直接填写全称";
      list.hidden = items.length === 0;
      active = -1;
      input.setAttribute("aria-expanded", String(items.length > 0));
    }

    async function ask() {
      const words = input.value.trim();
      if (asked) asked.abort();
      if (!words) {
        close();
        return;
      }
      asked = new AbortController();
      try {
        const answer = await fetch(box.dataset.combo + encodeURIComponent(words), { signal: asked.signal, headers: { Accept: "application/json" } });
        if (!answer.ok) {
          close();
          return;
        }
        items = (await answer.json()).items || [];
        if (document.activeElement === input) draw();
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    }

    function askSoon() {
      waiting = true;
      clearTimeout(timer);
      timer = setTimeout(ask, 200);
    }

    input.addEventListener("input", (event) => {
      key.value = "";
      clearTimeout(timer);
      if (!event.isComposing) askSoon();
    });
    input.addEventListener("compositionend", askSoon);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && waiting) event.preventDefault();
      if (list.hidden) return;
      const last = items.length - 1;
      if (event.key === "ArrowDown") mark(active >= last ? 0 : active + 1);
      else if (event.key === "ArrowUp") mark(active <= 0 ? last : active - 1);
      else if (event.key === "Enter") pick(Math.max(active, 0));
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
  }

  function start(root) {
    root.querySelectorAll("[data-combo]").forEach(enhance);
  }
  document.addEventListener("DOMContentLoaded", () => start(document));
  // What arrives may itself be the field: look from its parent.
  document.addEventListener("htmx:load", (event) => start(event.target.parentElement || document));
})();
