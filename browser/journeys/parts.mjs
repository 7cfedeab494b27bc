// Pieces that several journeys share: filling in an appeal, doing an act on a case.
import assert from "node:assert/strict";

/** Picks a choice by the name and value of its radio button. */
export const pick = (page, name, value) => page.locator(`input[name="${name}"][value="${value}"]`).check();

/** Fills in the public form and goes to the check page. */
export async function fill(page, { kind = "求助", title, text, disclosure = "named", name = "高闻笛", phone = "19900001234" }) {
  await pick(page, "kind", kind);
  await page.locator('input[name="title"]').fill(title);
  await page.locator('textarea[name="text"]').fill(text);
  if ((await page.locator('input[name="disclosure"]').count()) > 0) await pick(page, "disclosure", disclosure);
  const contact = page.locator('input[name="contact_name"]');
  if (disclosure !== "anonymous" && (await contact.count()) > 0 && (await contact.inputValue()) === "") {
    await contact.fill(name);
    await page.locator('input[name="contact_phone"]').fill(phone);
  }
}

/** From the filled form to the receipt; answers number and code. */
export async function handIn(page) {
  await page.getByRole("button", { name: "下一步：核对" }).click();
  await page.getByRole("button", { name: "确认提交" }).click();
  await page.locator(".receipt-keys").waitFor();
  const [number, code] = await page.locator(".receipt-keys dd").allInnerTexts();
  return { number: number.trim(), code: code.trim() };
}

/** Opens the progress of a case by number and code. */
export async function track(page, url, { number, code }) {
  await page.goto(`${url}/track`);
  await page.locator('input[name="number"]').fill(number);
  await page.locator('input[name="code"]').fill(code);
  await page.locator("main").getByRole("button", { name: "查办理进度" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** Opens a case of the desk by the words of its title, through the queue of everything. */
export async function openCase(page, url, title) {
  await page.goto(`${url}/appeals?queue=all&q=${encodeURIComponent(title)}`);
  await page.getByRole("link", { name: title }).first().click();
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** Opens the page of an act on the case that is open, fills it in and does it. */
export async function act(page, key, fillIn = async () => {}) {
  const id = page.url().match(/apl_[0-9a-z]+/)[0];
  await page.goto(`${new URL(page.url()).origin}/appeals/${id}/${key}`);
  await fillIn(page);
  await page.locator(`form[action="/appeals/${id}/${key}"] .form-end button:is(.primary, .danger)`).click();
  await page.waitForURL(`**/appeals/${id}`);
}

/** Presses a button of a row and waits until the city has answered: what is opened next is opened after the act. */
export async function press(page, button) {
  await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), button.click()]);
  await page.waitForLoadState();
}

/** Fails unless the page comes to say these words; a press may still be on its way. */
export async function says(page, ...words) {
  const until = Date.now() + 5000;
  for (;;) {
    const text = await page.locator("body").innerText();
    const missing = words.find((word) => !text.includes(word));
    if (!missing) return;
    assert.ok(Date.now() < until, `${page.url()} does not say “${missing}”:\n${text.slice(0, 600)}`);
    await page.waitForTimeout(100);
  }
}

/** Opens a case by the id in its address. */
export const openById = async (page, url, id) => {
  await page.goto(`${url}/appeals/${id}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
};

/** The public hands an appeal in, and intake gives it to the unit of the demo's handler; answers id, number and code. */
export async function dispatched(stage, title) {
  const visitor = await stage.visit("/appeals/new");
  await fill(visitor, { title, text: "园区东侧道路夜间没有路灯，工人下夜班通行不便，请求协调安装照明。" });
  const keys = await handIn(visitor);
  await visitor.context().close();
  const clerk = await stage.enter("intake");
  await openCase(clerk, stage.demo.url, title);
  const id = clerk.url().match(/apl_[0-9a-z]+/)[0];
  await act(clerk, "accept");
  await act(clerk, "classify", async (p) => {
    await pick(p, "kind", "求助");
    await p.locator('select[name="category"]').selectOption("03-1");
  });
  await act(clerk, "dispatch", async (p) => {
    await p.locator("#f-unit").fill(stage.demo.account("handler").unit);
    await p.locator('textarea[name="reason"]').fill("按职责分工派单。");
  });
  await clerk.context().close();
  return { id, ...keys };
}

/** Signs a dispatched case, answers it and sends the answer, as the handler and the leader of its unit. */
export async function answer(stage, { id }, text) {
  const handler = await stage.enter("handler");
  await openById(handler, stage.demo.url, id);
  await act(handler, "sign");
  await act(handler, "reply", async (p) => {
    await pick(p, "outcome", "solved");
    await p.locator('textarea[name="text"]').fill(text);
  });
  await handler.context().close();
  const leader = await stage.enter("unit_leader");
  await openById(leader, stage.demo.url, id);
  await act(leader, "review", async (p) => pick(p, "outcome", "approve"));
  await act(leader, "send");
  await leader.context().close();
}
