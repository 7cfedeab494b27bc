// Shows what was typed as a password, until it is hidden, sent or left: [data-reveal="ID"].
(function () {
  "use strict";

  function show(button, shown) {
    document.getElementById(button.dataset.reveal).type = shown ? "text" : "password";
    button.firstElementChild.textContent = shown ? "隐藏" : "显示";
  }

  const buttons = Array.from(document.querySelectorAll("[data-reveal]"));
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      show(button, document.getElementById(button.dataset.reveal).type === "password");
    });
  }
  function hide() {
    buttons.forEach((button) => show(button, false));
  }
  document.addEventListener("submit", hide, true);
  window.addEventListener("pagehide", hide);
})();
