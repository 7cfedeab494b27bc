// The intake clerk: registers for a caller, verifies, accepts or declines, classifies, dispatches by the proposal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../lib/looks.mjs";
import { setStage } from "../lib/stage.mjs";
import { act, fill, openCase, pick, says } from "./parts.mjs";

const stage = setStage();
const title = "反映用工招聘会摊位安排";

const matter = "来电人反映招聘会摊位安排靠后，希望人社部门协调下一场的位置。";

async function register(page, number, name = title, text = matter) {
  await page.goto(`${stage.demo.url}/appeals/register`);
  await page.locator('select[name="source"]').selectOption("hotline");
  await page.locator('input[name="source_number"]').fill(number);
  await fill(page, { title: name, text });
  await page.getByRole("button", { name: "录入诉求" }).click();
}

/** From the receipt that is handed on to the caller to the case. */
async function opened(page) {
  await says(page, "诉求提交回执", "查询码");
  await page.getByRole("link", { name: "查看这件诉求" }).click();
  await page.waitForURL("**/appeals/apl_*");
}

test("a call is registered, verified, accepted, classified and dispatched", async () => {
  const page = await stage.enter("intake");
  await page.goto(`${stage.demo.url}/desk`);
  await look(page, "intake-desk");
  await page.goto(`${stage.demo.url}/appeals/register`);
  await look(page, "intake-register");
  await register(page, "12345-0001");
  await says(page, "未核验");
  await look(page, "intake-receipt");
  await opened(page);
  await says(page, "未核验");
  await look(page, "intake-case");
  await act(page, "verify", async (p) => pick(p, "method", "call_back"));
  await act(page, "accept");
  await act(page, "classify", async (p) => {
    await look(p, "intake-classify");
    await pick(p, "kind", "求助");
    await p.locator('select[name="category"]').selectOption("03-1");
  });
  const id = page.url().match(/apl_[0-9a-z]+/)[0];
  await page.goto(`${stage.demo.url}/appeals/${id}/dispatch`);
  await says(page, "建议承办单位", "派单目录", "依据：");
  await look(page, "intake-dispatch");
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true })));
  assert.equal(await page.locator(".combo > select[hidden]").count(), 1, "a long list is searched by its names");
  assert.equal(await page.locator(".combo .combo").count(), 0, "and becomes one field, however often the page arrives");
  await page.getByRole("button", { name: /^派给/ }).first().click();
  await says(page, "待签收");
});

test("what the words speak for stands beside the catalogue, and another choice is one press", async () => {
  const page = await stage.enter("intake");
  await register(page, "12345-0010", "园区里自来水停水三天", "来电人反映枫庭小微企业园五楼自来水断水五个小时，物业说泵房水泵坏了没有配件，不知道泵房归谁管，盼尽快修好并明确责任单位。");
  await opened(page);
  const id = page.url().match(/apl_[0-9a-z]+/)[0];
  await page.goto(`${stage.demo.url}/appeals/${id}/accept`);
  await says(page, "可能的承办单位", "停水", "相近的诉求", "枫庭小微企业园");
  await look(page, "intake-accept-beside");
  await act(page, "accept");
  await act(page, "classify", async (p) => {
    await pick(p, "kind", "求助");
    await p.locator('select[name="category"]').selectOption("04-4");
  });
  await page.goto(`${stage.demo.url}/appeals/${id}/dispatch`);
  await says(page, "几种建议不一致", "派单目录指向", "诉求文字指向", "职能词典", "相近的诉求");
  await look(page, "intake-dispatch-beside");
  // A long list is searched by typing, and what picks nothing does not stay.
  const unit = page.locator("#f-unit");
  const list = page.getByRole("listbox", { name: "匹配的名称" });
  await unit.click();
  await list.waitFor();
  await unit.fill("水务");
  await unit.press("ArrowDown");
  await list.getByRole("option", { name: /水务局/ }).waitFor();
  await unit.press("Enter");
  await list.waitFor({ state: "hidden" });
  assert.match(await unit.inputValue(), /水务局$/);
  assert.notEqual(await page.locator('select[name="unit"]').inputValue(), "");
  await unit.fill("没有这个单位");
  await unit.blur();
  assert.equal(await unit.inputValue(), "");
  await page.getByRole("button", { name: /^派给.*水务局$/ }).click();
  await says(page, "待签收", "水务局");
});

test("the same number of the same source is refused with words, and nothing typed is lost", async () => {
  const page = await stage.enter("intake");
  await register(page, "12345-0002", "反映来源编号重复的第一件");
  await register(page, "12345-0002", "反映来源编号重复的第二件");
  await says(page, "已经录入过", "请先改正以下");
});

test("a case is declined with a reason the complainant reads", async () => {
  const page = await stage.enter("intake");
  await register(page, "12345-0003", "反映外地项目的合同纠纷");
  await opened(page);
  await act(page, "decline", async (p) => {
    await pick(p, "reason", "other_place");
    await p.locator('textarea[name="text"]').fill("您反映的事项不属本市管辖，请向事项所在地的有关部门提出。");
  });
  await says(page, "不予受理");
  await openCase(page, stage.demo.url, "反映外地项目的合同纠纷");
});
