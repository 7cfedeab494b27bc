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
  await page.locator(`form[action="/appeals/${id}/${key}"] .form-end button.primary`).click();
  await page.waitForURL(`**/appeals/${id}`);
}

/** Fails unless the page says these words. */
export async function says(page, ...words) {
  const text = await page.locator("body").innerText();
  for (const word of words) assert.ok(text.includes(word), `${page.url()} does not say “${word}”:\n${text.slice(0, 600)}`);
}
