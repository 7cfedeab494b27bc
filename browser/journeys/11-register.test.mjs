// Registers by their people: a party organisation, its pairing with two activities by a department and by a party secretary, a
// correction that a second person confirms, and how it stood on a past day.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../lib/looks.mjs";
import { setStage } from "../lib/stage.mjs";
import { pick, press, says } from "./parts.mjs";

const stage = setStage();
const branch = "锦宁市软件行业第二党支部";

/** Sends the form of the page by its first button. */
const send = (page) => press(page, page.locator("main form .form-end button").first());

/** Opens an entry by words of its name, from the list of its register. */
async function open(page, path, words) {
  await page.goto(`${stage.demo.url}/${path}?q=${encodeURIComponent(words)}`);
  await page.locator("td.c-title a").first().click();
  await page.getByRole("heading", { level: 1, name: new RegExp(words) }).waitFor();
}

/** Picks in a field that looks something up: by its list, else by the name in full. */
async function choose(page, name, words) {
  const select = page.locator(`select[name="${name}"]`);
  if ((await select.count()) > 0) {
    const value = await select.locator("option", { hasText: words }).first().getAttribute("value");
    await select.selectOption(value, { force: true });
  } else {
    await page.locator(`input[name="${name}"]`).fill(words);
  }
}

test("a pairing with two activities, a correction by two people, and a past day", async () => {
  const secretary = stage.demo.account("association_party_secretary");
  const handlers = stage.demo.account("handler");

  const supervisor = await stage.enter("supervisor");
  await supervisor.goto(`${stage.demo.url}/party-orgs/new/add`);
  await supervisor.locator('input[name="org"]').fill(branch);
  await pick(supervisor, "form", "single");
  await supervisor.locator('input[name="associations"]').fill(secretary.unit);
  await choose(supervisor, "unit", "社会工作部");
  await supervisor.locator('input[name="period.from"]').fill("2023-06-01");
  await supervisor.locator('input[name="members"]').fill("9");
  await send(supervisor);
  await says(supervisor, "已登记", branch, secretary.unit, "9 人");

  await supervisor.goto(`${stage.demo.url}/pairings/new/add`);
  await look(supervisor, "pairing-add");
  await choose(supervisor, "unit", handlers.unit);
  await choose(supervisor, "party_org", branch);
  await supervisor.locator('input[name="period.from"]').fill("2024-09-01");
  await supervisor.locator('input[name="period.until"]').fill("2026-08-31");
  await supervisor.locator('input[name="agreement"]').fill("结对协议");
  await send(supervisor);
  await says(supervisor, "结对已确定", "还没有活动");

  const handler = await stage.enter("handler");
  await open(handler, "pairings", branch);
  await handler.locator(".actionbar").getByRole("link", { name: "记一次活动", exact: true }).click();
  const today = await handler.locator('input[name="held_on"]').inputValue();
  assert.equal(today, "2025-03-14", "an activity is of today unless somebody says otherwise");
  await pick(handler, "form", "visit");
  await handler.locator('input[name="theme"]').fill("走访两家软件企业");
  await look(handler, "pairing-activity");
  await send(handler);
  await says(handler, "活动已记下", "走访两家软件企业");

  const party = await stage.enter("association_party_secretary");
  await open(party, "pairings", branch);
  await party.locator(".actionbar").getByRole("link", { name: "记一次活动", exact: true }).click();
  assert.ok(await party.locator('input[name="form"][value="visit"]').isChecked(), "as the last time");
  await party.locator('input[name="held_on"]').fill("2025-02-20");
  await pick(party, "form", "class");
  await party.locator('input[name="theme"]').fill("联合上党课");
  await send(party);
  await says(party, "联合上党课", "走访两家软件企业");

  await handler.goto(`${stage.demo.url}/pairings`);
  await handler.getByRole("link", { name: "导入结对活动", exact: true }).click();
  await says(handler, "选好文件以后");
  await look(handler, "pairing-activity-import");
  await open(handler, "pairings", branch);
  await handler.locator(".actionbar").getByRole("link", { name: "更正", exact: true }).click();
  await handler.locator('input[name="period.from"]').fill("2024-10-01");
  await handler.locator('input[name="reason"]').fill("协议从十月起");
  await look(handler, "pairing-correct");
  await send(handler);
  await says(handler, "等待另一个人确认");

  await open(supervisor, "pairings", branch);
  await says(supervisor, "有一条更正等待另一个人确认", "2024年9月1日");
  await look(supervisor, "pairing-waiting");
  await supervisor.locator(".note.info a").click();
  await says(supervisor, "协议从十月起", "2024年10月1日");
  await press(supervisor, supervisor.locator(".actionbar").getByRole("button", { name: "同意更正", exact: true }));
  await says(supervisor, "已更正");

  await open(supervisor, "pairings", branch);
  await says(supervisor, "2024年10月1日", "2 次");
  await supervisor.getByText("看某一天的情况", { exact: true }).click();
  await supervisor.locator('input[name="as_of"]').fill("2024-12-31");
  await supervisor.getByRole("button", { name: "查看", exact: true }).click();
  await says(supervisor, "这是 2024年12月31日 的情况", "2024年10月1日");
  await look(supervisor, "pairing-past");
  await supervisor.goto(`${stage.demo.url}/pairings?as_of=2024-09-15&q=${encodeURIComponent(branch)}`);
  await says(supervisor, "没有符合条件的");
});

test("a file with bad rows is looked at, brought in and taken back", async () => {
  const supervisor = await stage.enter("supervisor");
  const organisation = stage.demo.account("association_secretary").unit;
  const file = [
    "党组织名称,建立形式,覆盖的协会,隶属的党建工作机构,成立日期,党员人数",
    `${organisation}第三党支部,单独组建,${organisation},中共锦宁市委社会工作部,2024-05-01,8`,
    `${organisation}第四党支部,单独组建,没有这家协会,中共锦宁市委社会工作部,2024-05-01,8`,
    `${organisation}第五党支部,单独组建,${organisation},中共锦宁市委社会工作部,去年五月,8`,
  ].join("\n");
  await supervisor.goto(`${stage.demo.url}/party-orgs`);
  await supervisor.getByRole("link", { name: "导入", exact: true }).click();
  await look(supervisor, "register-import");
  await supervisor.locator('input[type="file"]').setInputFiles({ name: "党组织.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
  await press(supervisor, supervisor.getByRole("button", { name: "上传并检查" }));
  await says(supervisor, "还没有写入", "没有名为“没有这家协会”的协会", "请写成 2025-03-14 这样的日期");
  await look(supervisor, "register-import-check");
  await press(supervisor, supervisor.getByRole("button", { name: "确认导入" }));
  await says(supervisor, "撤销这次导入");
  await look(supervisor, "register-import-done");
  const batch = supervisor.url();
  await open(supervisor, "party-orgs", "第三党支部");
  await supervisor.goto(batch);
  await press(supervisor, supervisor.getByRole("button", { name: "撤销这次导入" }));
  await says(supervisor, "撤回了 1 行", "已撤回");
  await look(supervisor, "register-import-undone");
  await supervisor.getByRole("link", { name: "最近的导入", exact: true }).click();
  await says(supervisor, "已撤销，撤回了 1 行");
  await look(supervisor, "register-import-recent");
  await supervisor.goto(`${stage.demo.url}/party-orgs?q=${encodeURIComponent("第三党支部")}`);
  await says(supervisor, "没有符合条件的");
});
