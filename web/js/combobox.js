// Suggests names while one types into a field inside [data-combo="ADDRESS?q="]; without it the field is plain text. A long
// select with [data-search] becomes such a field, whose names are its own options; without it the select is the list.
(function () {
  "use strict";
  let serial = 0;

  function fetched(box) {
    if (box.dataset.ready) return;
    box.dataset.ready = "1";
    const names = async (words, signal) => {
      const answer = await fetch(box.dataset.combo + encodeURIComponent(words), { signal, headers: { Accept: "application/json" } });
      return answer.ok ? (await answer.json()).items || [] : [];
    };
    enhance(box, box.querySelector("input[type=text]"), box.querySelector("input[type=hidden]"), names);
  }

  function own(select) {
    if (select.hidden) return;
    const box = document.createElement("div");
    const input = document.createElement("input");
    const options = Array.from(select.options).filter((option) => option.value);
    const shown = () => (select.value ? select.selectedOptions[0].label : "");
    box.className = `combo ${select.className.replace("control", "")}`;
    input.type = "text";
    input.className = "control";
    input.autocomplete = "off";
    input.placeholder = "输入名称查找";
    input.value = shown();
    for (const name of ["id", "aria-describedby", "aria-invalid", "aria-required"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    select.removeAttribute("id");
    select.hidden = true;
    select.before(box);
    box.append(input, select);
    enhance(box, input, select, (words) => options.filter((option) => option.label.includes(words)));
    input.addEventListener("click", () => input.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" })));
    // Words that picked nothing do not stay as if they had.
    input.addEventListener("blur", () => {
      if (!select.value) select.value = (options.find((option) => option.label === input.value.trim()) || {}).value || "";
      input.value = shown();
    });
  }

  function enhance(box, input, key, names) {
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
      note.textContent = items.length ? `找到 ${items.length} 个名称，用上下键选择` : key.options ? "没有找到" : "没有找到，可直接填写全称";
      list.hidden = items.length === 0;
      mark(-1);
      input.setAttribute("aria-expanded", String(items.length > 0));
    }

    async function ask(words) {
      if (asked) asked.abort();
      if (!words && !key.options) {
        close();
        return;
      }
      asked = new AbortController();
      try {
        items = await names(words, asked.signal);
        if (document.activeElement === input) draw();
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    }

    function askSoon() {
      waiting = true;
      clearTimeout(timer);
      timer = setTimeout(() => ask(input.value.trim()), key.options ? 0 : 200);
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
      // What is shown meanwhile are names of other words.
      if (event.key === "Enter" && waiting) {
        event.preventDefault();
        return;
      }
      if (list.hidden && key.options && event.key === "ArrowDown") ask("");
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
    root.querySelectorAll("[data-combo]").forEach(fetched);
    root.querySelectorAll("select[data-search]").forEach(own);
  }
  document.addEventListener("DOMContentLoaded", () => start(document));
  // What arrives may itself be the field: look from its parent.
  document.addEventListener("htmx:load", (event) => start(event.target.parentElement || document));
})();
