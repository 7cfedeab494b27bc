// The supervisor: every case of the city, what is overdue and where; identity masked where it is confidential.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../lib/looks.mjs";
import { setStage } from "../lib/stage.mjs";
import { says } from "./parts.mjs";

const stage = setStage();

test("what is overdue in the city, and where it lies", async () => {
  const page = await stage.enter("supervisor");
  await page.goto(`${stage.demo.url}/desk`);
  await look(page, "supervisor-desk");
  await page.goto(`${stage.demo.url}/appeals?queue=city_overdue`);
  await says(page, "已超期");
  assert.ok((await page.locator("td.c-title a").count()) > 0, "the demo has overdue cases");
  await look(page, "supervisor-overdue");
  await page.locator("td.c-title a").first().click();
  await says(page, "办理时限", "已超期");
  await look(page, "supervisor-case");
});

test("a confidential case is open, its complainant is not", async () => {
  const page = await stage.enter("supervisor");
  await page.goto(`${stage.demo.url}/appeals?queue=all&page_size=100`);
  const row = page.locator("tr", { has: page.locator("td.c-from", { hasText: "实名保密" }) }).first();
  await row.locator("td.c-title a").click();
  await says(page, "实名保密", "诉求人要求身份保密");
  assert.equal(await page.getByRole("button", { name: /显示号码/ }).count(), 0);
});
