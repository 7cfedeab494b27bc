// The eyes of the harness can see what is wrong: a good page passes, and each fault is reported.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkAxe } from "../lib/axe.mjs";
import { DESK, openBrowser, openPage, openPageWithoutScript, PHONE } from "../lib/browser.mjs";
import { hand } from "../lib/hand.mjs";
import { fits, look } from "../lib/looks.mjs";

const STYLE = `
  body { margin: 0; font: 16px sans-serif; color: #1d2129; background: #fff }
  main { padding: 16px }
  .wide { width: 1600px } .cut { width: 80px; overflow: hidden; white-space: nowrap } .more { text-overflow: ellipsis }
  .low { height: 10px; overflow: hidden } .out { position: absolute; left: -60px; top: 200px }
  .scroller { overflow-x: auto } .pale { color: #ddd } .only { position: absolute; width: 1px; height: 1px; overflow: hidden }
`;
const LONG = "锦宁市智能装备制造行业协会换届选举工作领导小组办公室";
const BODIES = {
  good: `<p>诉求已提交。</p><p class="cut more" title="${LONG}">${LONG}</p><p class="only">仅供读屏</p>
    <label>标题 <input name="title"></label> <select aria-label="类别"><option>咨询<option>投诉</select>
    <button>提交诉求</button> <span id="seen"></span><script src="/script.js"></script>`,
  scroller: `<div class="scroller" tabindex="0" role="region" aria-label="表"><p class="wide">${LONG}</p></div>`,
  sideways: `<p class="wide">${LONG}</p>`,
  cut: `<p class="cut">${LONG}</p>`,
  silentEllipsis: `<p class="cut more">${LONG}</p>`,
  low: `<p class="low">${LONG}</p>`,
  outside: `<p class="out">${LONG}</p>`,
  unlabelled: `<input name="title">`,
  pale: `<p class="pale">${LONG}</p>`,
  inline: `<p>好</p><script>document.title = "x"</script>`,
  broken: `<p>好</p><script src="/broken.js"></script>`,
  stranger: `<p>好</p><img alt="" src="http://localhost:9/x.png">`,
};
const SCRIPTS = { "/script.js": "document.getElementById('seen').textContent = '有脚本'", "/broken.js": "nothing.there()" };

let server, browser, url;

before(async () => {
  server = createServer((request, response) => {
    const send = (type, text) =>
      response
        .writeHead(200, { "content-type": `${type}; charset=utf-8`, "content-security-policy": "script-src 'self'; style-src 'self'" })
        .end(text);
    if (request.url === "/style.css") return send("text/css", STYLE);
    if (request.url in SCRIPTS) return send("text/javascript", SCRIPTS[request.url]);
    if (request.url === "/favicon.ico") return send("image/x-icon", "");
    return send(
      "text/html",
      `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
       <title>自检</title><link rel="stylesheet" href="/style.css"><main><h1>自检</h1>${BODIES[request.url.slice(1)]}</main></html>`,
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${server.address().port}`;
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  server?.close();
});

async function opened(name, options) {
  const page = await openPage(browser, options);
  await page.goto(`${url}/${name}`);
  return page;
}

test("a good page passes at both widths and leaves two pictures", async () => {
  const page = await opened("good");
  await look(page, "selftest");
  for (const [width, height] of [[DESK.width, DESK.height], [PHONE.width, PHONE.height]]) {
    const png = readFileSync(join(import.meta.dirname, `../shots/selftest-${width}.png`));
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [width, height]);
  }
  assert.deepEqual(page.viewportSize(), DESK);
});

test("what scrolls inside its own frame does not make the page scroll", async () => {
  await fits(await opened("scroller", { size: PHONE }), "scroller");
});

for (const [name, words] of [
  ["sideways", /scrolls sideways: 16\d\d px in 390 px/],
  ["cut", /text is cut off: <p\.cut> 锦宁市/],
  ["silentEllipsis", /text is cut off/],
  ["low", /text is cut off: <p\.low>/],
  ["outside", /outside the page \(-60…/],
]) {
  test(`the fault '${name}' is reported`, async () => {
    await assert.rejects(fits(await opened(name, { size: PHONE }), name), words);
  });
}

for (const [name, words] of [
  ["unlabelled", /critical label/],
  ["pale", /serious color-contrast/],
]) {
  test(`axe reports '${name}' under a strict content policy`, async () => {
    await assert.rejects(checkAxe(await opened(name), name), words);
  });
}

for (const [name, words] of [
  ["inline", /console: .*Content Security Policy/],
  ["broken", /script: nothing is not defined/],
  ["stranger", /asked a stranger: http:\/\/localhost:9/],
]) {
  test(`the browser's complaint about '${name}' is reported`, async () => {
    await assert.rejects(look(await opened(name), `selftest-${name}`), words);
  });
}

test("scripts can be switched off, and axe still looks", async () => {
  const withScript = await opened("good");
  assert.equal(await withScript.locator("#seen").innerText(), "有脚本");
  const page = await openPageWithoutScript(browser);
  await page.goto(`${url}/good`);
  assert.equal(await page.locator("#seen").innerText(), "");
  await look(page, "selftest-plain");
  await page.goto(`${url}/unlabelled`);
  await assert.rejects(checkAxe(page, "unlabelled"), /critical label/);
});

test("the hand counts clicks and holds to the goal", async () => {
  const page = await opened("good");
  const mine = hand(page);
  await page.getByLabel("标题").fill("不算");
  await mine.choose(page.getByLabel("类别"), "投诉");
  await mine.click(page.getByRole("button", { name: "提交诉求" }));
  assert.equal(mine.clicks, 2);
  mine.within(2);
  assert.throws(() => mine.within(1), /2 clicks on .*the goal is 1/);
});
