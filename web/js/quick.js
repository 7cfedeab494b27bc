// htmx: sends the page's CSRF token, shows the line at the top while a slow answer is awaited, says when none came.
(function () {
  "use strict";

  document.addEventListener("htmx:configRequest", (event) => {
    const meta = document.querySelector("meta[name=csrf-token]");
    if (meta) event.detail.headers["X-CSRF-Token"] = meta.content;
  });

  let waiting = 0;
  function line() {
    const bar = document.getElementById("progress");
    if (bar) bar.classList.toggle("on", waiting > 0);
  }
  document.addEventListener("htmx:beforeRequest", () => {
    waiting += 1;
    line();
  });
  document.addEventListener("htmx:afterRequest", () => {
    waiting = Math.max(0, waiting - 1);
    line();
  });

  function say(text) {
    const main = document.getElementById("main");
    if (!main) return;
    let note = document.getElementById("quick-note");
    if (!note) {
      note = document.createElement("div");
      note.id = "quick-note";
      note.className = "note stop";
      note.setAttribute("role", "alert");
      main.prepend(note);
    }
    note.textContent = text;
  }
  document.addEventListener("htmx:sendError", () => say("网络中断，未能送出。已填写的内容还在本页，请稍后重试。"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401) say("登录已过期。请在新窗口登录后，回到本页重试。");
    else if (status === 429) say("操作过于频繁，请稍后重试。");
    else say(`没有办成（${status}）。已填写的内容还在本页，请刷新后重试。`);
  });
})();
