// Every page of everybody outside the office, empty and full, and every error page: nothing serious for axe, nothing clipped
// or sideways. The list of pages is held against the route table here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EVERY_PAGE, INSIDE, NO_PAGES, OUTSIDE, gather, lookRound } from "../lib/every-page.mjs";
import { look } from "../lib/looks.mjs";
import { pages } from "../lib/routes.mjs";
import { setStage } from "../lib/stage.mjs";
import { says } from "./parts.mjs";

const stage = setStage();
let known;

test("the list names every page of the route table, and the roles are those of the demo", () => {
  const routes = pages().map((one) => one.path).filter((path) => !NO_PAGES.has(path));
  assert.ok(routes.length > 40, "the table was read");
  assert.deepEqual(routes.filter((path) => !EVERY_PAGE.has(path)), [], "these pages are looked at by nobody");
  assert.deepEqual([...EVERY_PAGE.keys()].filter((path) => !routes.includes(path)), [], "these are no pages any more");
  const ready = stage.demo.accounts.map((one) => one.role);
  assert.deepEqual(ready.filter((role) => ![...OUTSIDE, ...INSIDE].includes(role)), [], "accounts whose pages nobody looks at");
});

test("everybody without an account", async () => {
  known ??= await gather(stage);
  const page = await stage.visit("/");
  assert.ok((await lookRound(page, stage.demo.url, known, "every-public")) > 8);
});

for (const role of OUTSIDE) {
  test(`every page of ${role}`, async () => {
    known ??= await gather(stage);
    const page = await stage.enter(role);
    assert.ok((await lookRound(page, stage.demo.url, known, `every-${role}`)) > 6);
    await page.context().close();
  });
}

test("a form that is refused, on a phone and at a desk", async () => {
  const page = await stage.visit("/appeals/new");
  await page.getByRole("button", { name: "下一步：核对" }).click();
  await says(page, "请先改正以下");
  await look(page, "every-422");
  const clerk = await stage.enter("intake");
  await clerk.goto(`${stage.demo.url}/appeals/register`);
  await clerk.locator("main form .form-end button:is(.primary, .danger)").click();
  await says(clerk, "请先改正以下");
  await look(clerk, "every-422-register");
});

test("somebody was faster: the difference beside what was typed", async () => {
  const [first, second] = [await stage.enter("intake"), await stage.enter("intake")];
  const { items } = await (await first.request.get(`${stage.demo.url}/api/v1/appeals?state=accepted&page_size=1`)).json();
  const address = `${stage.demo.url}/appeals/${items[0].id}/classify`;
  for (const page of [first, second]) await page.goto(address);
  const send = async (page, kind, category) => {
    await page.locator(`input[name="kind"][value="${kind}"]`).check();
    await page.locator('select[name="category"]').selectOption(category);
    await page.locator("main form .form-end button:is(.primary, .danger)").click();
  };
  await send(second, "投诉", { index: 5 });
  await second.waitForURL(/appeals\/apl_[0-9a-z]+$/);
  await send(first, "意见建议", { index: 9 });
  await first.locator(".since").waitFor();
  await says(first, "在您打开以后有变化", "您打开时", "您填写的", "核对无误，仍要分类");
  await look(first, "every-409");
  await first.locator("main form .form-end button:is(.primary, .danger)").click();
  await first.waitForURL(/appeals\/apl_[0-9a-z]+$/);
  await says(first, "意见建议");
});

test("an act that cannot be done any more, and a session that is over", async () => {
  const page = await stage.enter("handler");
  const { items } = await (await page.request.get(`${stage.demo.url}/api/v1/appeals?state=handling&page_size=1`)).json();
  await page.goto(`${stage.demo.url}/appeals/${items[0].id}/note`);
  await page.locator('textarea[name="text"]').fill("写到一半，会话到期了。");
  await page.context().clearCookies();
  await page.locator("main form .form-end button:is(.primary, .danger)").click();
  await says(page, "请先登录", "您填写的文字还在");
  await look(page, "every-401");
});

test("too many wrong passwords", async () => {
  const page = await stage.visit("/login");
  for (let tries = 0; tries < 6; tries += 1) {
    await page.locator('input[name="login"]').fill("nobody-here");
    await page.locator('input[name="password"]').fill(`wrong-${tries}`);
    await page.getByRole("button", { name: "登录", exact: true }).click();
    await page.waitForLoadState();
    if (tries === 0) await look(page, "every-login-wrong");
  }
  await says(page, "已暂停登录");
  await look(page, "every-429");
});
