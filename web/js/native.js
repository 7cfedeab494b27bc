// Controls that the browser labels in its own language say it in ours: files always, days where the browser is not Chinese.
(function () {
  "use strict";

  function chosen(input) {
    const names = Array.from(input.files, (file) => file.name);
    if (names.length === 0) return "没有选择文件";
    return names.length === 1 ? names[0] : `已选 ${names.length} 个：${names.join("、")}`;
  }

  // The control itself lies over its words, unseen, so that clicks, keys and dropped files still reach it.
  function file(input) {
    const box = document.createElement("div");
    const words = document.createElement("p");
    const name = document.createElement("span");
    const button = document.createElement("span");
    box.className = "file-box";
    words.className = "control file";
    words.setAttribute("aria-hidden", "true");
    button.className = "btn small";
    button.textContent = "选择文件";
    words.append(button, name);
    input.before(box);
    box.append(input, words);
    const say = () => {
      name.textContent = chosen(input);
    };
    input.addEventListener("change", say);
    window.addEventListener("pageshow", say);
    say();
  }

  function day(input) {
    const say = () => {
      input.dataset.day = input.value || "年-月-日";
    };
    input.addEventListener("change", say);
    input.addEventListener("blur", say);
    window.addEventListener("pageshow", say);
    say();
  }

  const chinese = /^zh\b/i.test(navigator.language);
  function each(root, selector, make) {
    root.querySelectorAll(selector).forEach((input) => {
      if (input.dataset.named) return;
      input.dataset.named = "1";
      make(input);
    });
  }
  function start(root) {
    each(root, "input[type=file]", file);
    if (!chinese) each(root, "input[type=date]", day);
  }
  start(document);
  // What arrives may itself be the field: look from its parent.
  document.addEventListener("htmx:load", (event) => start(event.target.parentElement || document));
})();
