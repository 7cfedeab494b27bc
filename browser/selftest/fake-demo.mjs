#!/usr/bin/env node
// Stands in for `huitong demo` while the harness tests itself; FAKE_DEMO says how it misbehaves.
import { createServer } from "node:http";

const word = (name) => process.argv[process.argv.indexOf(name) + 1];
const [host, port] = word("--listen").split(":");
const accounts = [{ role: "handler", login: "li.wei", password: "correct horse", name: "李伟", unit: "市示例局" }];

const page = (title, body) =>
  `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>${title}</title><main><h1>${title}</h1>${body}</main></html>`;
const form = page("登录", `<form method="post"><label>用户名 <input name="login"></label>
  <label>密码 <input name="password" type="password"></label><button>登录</button></form>`);

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const answer = (status, text, headers = {}) =>
      response.writeHead(status, { "content-type": "text/html; charset=utf-8", ...headers }).end(text);
    if (request.url === "/login" && request.method === "POST") {
      const sent = new URLSearchParams(body);
      const known = accounts.some((a) => a.login === sent.get("login") && a.password === sent.get("password"));
      return known ? answer(303, "", { location: "/desk" }) : answer(422, form);
    }
    return request.url === "/login" ? answer(200, form) : answer(200, page("工作台", `<p>${request.url}</p>`));
  });
});

if (process.env.FAKE_DEMO === "dies") {
  console.error("the city burnt down");
  process.exit(3);
}
if (process.env.FAKE_DEMO === "chats") console.log("Welcome!");
if (process.env.FAKE_DEMO === "stays") process.on("SIGTERM", () => {});
server.listen(Number(port), host, () => console.log(JSON.stringify({ url: `http://${host}:${port}/`, accounts })));
if (process.env.FAKE_DEMO !== "stays") process.on("SIGTERM", () => process.exit(0));
