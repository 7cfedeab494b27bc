// The administrator: accounts and posts with dates, the permission matrix, who can see a record, the journal, the pack.
import { test } from "node:test";
import { look } from "../lib/looks.mjs";
import { setStage } from "../lib/stage.mjs";
import { says } from "./parts.mjs";

const stage = setStage();

test("accounts, units and permissions", async () => {
  const page = await stage.enter("system_admin");
  await page.goto(`${stage.demo.url}/admin/users`);
  await look(page, "admin-users");
  await page.locator("table a").first().click();
  await look(page, "admin-user");
  await page.goto(`${stage.demo.url}/admin/units`);
  await look(page, "admin-units");
  await page.goto(`${stage.demo.url}/admin/permissions`);
  await says(page, "经办人", "签收");
  await look(page, "admin-permissions");
});

test("the journal with before and after, and who can see a record by which rule", async () => {
  const page = await stage.enter("auditor");
  await page.goto(`${stage.demo.url}/admin/journal?act=appeal.accept`);
  await look(page, "admin-journal");
  await page.locator("main table a").first().click();
  await says(page, "原值", "新值");
  await look(page, "admin-entry");
  const number = (await page.locator("body").innerText()).match(/SQ\d{8}[0-9A-Z]{7}/)[0];
  await page.goto(`${stage.demo.url}/admin/access?subject=${number}`);
  await says(page, "受理员");
  await look(page, "admin-access");
});

test("each item of the pack with basis and standing", async () => {
  const page = await stage.enter("policy_admin");
  await page.goto(`${stage.demo.url}/admin/pack`);
  await says(page, "系统默认", "依据");
  await look(page, "admin-pack");
});

test("what proposes units, what it learned from, and a learning asked for", async () => {
  const page = await stage.enter("policy_admin");
  await page.goto(`${stage.demo.url}/admin/dispatch-models`);
  await says(page, "没有在用的模型，目前按职能词典提出建议", "每天凌晨 2 点");
  await look(page, "administrator-models");
  await page.getByRole("button", { name: "现在学习一次" }).click();
  await says(page, "已开始学习");
});
