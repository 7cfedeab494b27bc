// What comes out of the printer: a case as its form, a receipt and its progress on one sheet, lists as tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setStage } from "../lib/stage.mjs";
import { fill, handIn, track } from "./parts.mjs";

const stage = setStage();

/** How many sheets of A4 a page takes. */
async function sheets(page) {
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
}

/** Whether something of the page is drawn on the medium. */
async function drawn(page, media, selector) {
  await page.emulateMedia({ media });
  const first = page.locator(selector).first();
  return (await first.count()) > 0 && (await first.isVisible());
}

test("a case of any state prints as its form, on two sheets at most", async () => {
  const page = await stage.enter("intake");
  for (const state of ["submitted", "accepted", "dispatched", "handling", "replied", "answered", "closed"]) {
    const answer = await page.request.get(`${stage.demo.url}/api/v1/appeals?state=${state}&page_size=2`);
    for (const { id } of (await answer.json()).items) {
      await page.goto(`${stage.demo.url}/appeals/${id}`);
      assert.equal(await drawn(page, "screen", ".paper"), false, "the screen shows the page");
      assert.ok(await drawn(page, "print", ".paper"));
      for (const gone of [".split", ".actionbar", ".stages", ".side", ".topbar", "h1", "main button", ".days"]) {
        assert.equal(await drawn(page, "print", gone), false, `${gone} is on paper`);
      }
      const took = await sheets(page);
      assert.ok(took <= 2, `${state}: ${took} sheets`);
    }
  }
});

test("whom one looked at on the page of an act stays on the screen", async () => {
  const page = await stage.enter("intake");
  const { items } = await (await page.request.get(`${stage.demo.url}/api/v1/appeals?state=submitted&page_size=20`)).json();
  const { id } = items.find((row) => row.disclosure === "named" && !row.verified);
  await page.goto(`${stage.demo.url}/appeals/${id}/verify`);
  assert.ok(await drawn(page, "screen", "#complainant"));
  assert.equal(await drawn(page, "print", "#complainant"), false);
});

test("a matter of the pack prints by the same form", async () => {
  const page = await stage.enter("association_officer");
  for (const path of ["interviews", "reminder-talks"]) {
    const { items } = await (await page.request.get(`${stage.demo.url}/api/v1/${path}?page_size=5`)).json();
    for (const { id } of items) {
      await page.goto(`${stage.demo.url}/${path}/${id}`);
      assert.ok(await drawn(page, "print", ".paper"));
      assert.equal(await drawn(page, "print", ".split"), false);
      assert.ok((await sheets(page)) <= 2, `${path}/${id}`);
    }
  }
});

test("the receipt and the progress of an appeal are one sheet each", async () => {
  const page = await stage.visit("/appeals/new");
  await fill(page, { title: "请求协调园区夜间照明", text: "园区东侧道路夜间没有路灯，工人下夜班通行不便，请求协调安装照明。" });
  const keys = await handIn(page);
  assert.equal(await sheets(page), 1);
  await track(page, stage.demo.url, keys);
  assert.equal(await sheets(page), 1);
  assert.equal(await drawn(page, "print", "main button"), false);
});

test("a list says on paper what it is of, and its head stands on each sheet", async () => {
  const page = await stage.enter("intake");
  await page.goto(`${stage.demo.url}/appeals?queue=all&kind=投诉`);
  await page.emulateMedia({ media: "print" });
  const text = await page.locator("body").innerText();
  for (const word of ["诉求工单", "全部", "诉求类型：投诉", "内容截至", "打印人", "共 "]) assert.ok(text.includes(word), word);
  for (const word of ["待派单 ", "查询", "重置", "操作"]) assert.equal(text.includes(`\n${word}\n`), false, word);
  const style = (selector, name) => page.locator(selector).first().evaluate((one, key) => getComputedStyle(one)[key], name);
  assert.equal(await style(".list thead", "display"), "table-header-group");
  assert.equal(await style(".list tbody tr", "breakInside"), "avoid");
});

test("paper shows lists as tables, and nothing of them is cut at its edge", async () => {
  const office = await stage.enter("intake");
  const open = await stage.visit("/");
  for (const [page, path] of [[open, "/orgs"], [open, "/duty?association=餐饮商会"], [office, "/appeals?queue=all"]]) {
    await page.goto(stage.demo.url + path);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 680, height: 960 });
    const row = page.locator(".list tbody tr").first();
    assert.equal(await row.evaluate((one) => getComputedStyle(one).display), "table-row");
    const right = await page.locator(".list td").evaluateAll((cells) => Math.max(...cells.map((cell) => cell.getBoundingClientRect().left + cell.scrollWidth)));
    // A cell's own width is told in whole pixels, rounded up.
    assert.ok(right < 682, `${path} ends at ${right} of 680`);
  }
});
