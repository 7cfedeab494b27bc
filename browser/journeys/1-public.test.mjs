// Anyone: finds an association, hands an appeal in without account, follows it, takes it back or judges the answer; with and without script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../lib/looks.mjs";
import { setStage } from "../lib/stage.mjs";
import { answer, dispatched, fill, handIn, pick, says, track } from "./parts.mjs";

const stage = setStage();

test("an association is found, and its page says who answers for it", async () => {
  const page = await stage.visit("/");
  await look(page, "public-home");
  await page.locator('main input[type="search"], main input[name="q"]').first().fill("餐饮");
  await page.getByRole("button", { name: "找协会" }).click();
  await look(page, "public-directory");
  await page.getByRole("link", { name: /餐饮/ }).first().click();
  await says(page, "登记管理机关", "行业管理部门");
  await look(page, "public-association");
});

for (const script of [true, false]) {
  test(`an appeal is handed in, followed and taken back, ${script ? "with" : "without"} script`, async () => {
    const page = await stage.visit("/appeals/new", { script });
    await says(page, "涉密不上网");
    if (script) await look(page, "public-fill");
    await page.getByRole("button", { name: "下一步：核对" }).click();
    await says(page, "请先改正以下");
    await fill(page, { title: `请求协调园区道路夜间照明${script ? "一" : "二"}`, text: "园区东侧道路夜间没有路灯，工人下夜班通行不便，请求协调安装照明。" });
    await page.getByRole("button", { name: "下一步：核对" }).click();
    await says(page, "高闻笛", "确认提交");
    if (script) await look(page, "public-check");
    await page.getByRole("button", { name: "确认提交" }).click();
    await page.locator(".receipt-keys").waitFor();
    const [number, code] = (await page.locator(".receipt-keys dd").allInnerTexts()).map((text) => text.trim());
    assert.match(number, /^SQ\d{8}[0-9A-Z]{7}$/);
    if (script) await look(page, "public-receipt");
    await track(page, stage.demo.url, { number, code });
    await says(page, "待受理", number);
    if (script) await look(page, "public-progress");
    page.on("dialog", (dialog) => dialog.accept());
    await page.locator("#withdraw summary").click();
    await page.getByRole("button", { name: "撤回诉求" }).click();
    await says(page, "已撤回");
  });
}

test("a lead without a name is told before that no reply is promised", async () => {
  const page = await stage.visit("/appeals/new");
  await says(page, "不作答复");
  await fill(page, { title: "反映某展会摊位收费不透明", text: "某展会现场加收搭建管理费，没有公示收费标准，希望了解是否合规。", disclosure: "anonymous" });
  const { number, code } = await handIn(page);
  await says(page, "不作答复");
  await track(page, stage.demo.url, { number, code });
  await says(page, "匿名线索");
});

test("a marking stops the text and says what to do instead; nothing typed is lost", async () => {
  const page = await stage.visit("/appeals/new");
  await fill(page, { title: "请求核实一份文件", text: "收到一份标有机密★一年的材料，请求核实来源和处理办法。" });
  await page.getByRole("button", { name: "下一步：核对" }).click();
  await says(page, "转线下办理");
  assert.match(await page.locator('textarea[name="text"]').inputValue(), /机密★/);
});

for (const script of [true, false]) {
  test(`an answer is read and judged by number and code, ${script ? "with" : "without"} script`, async () => {
    const keys = await dispatched(stage, `请求协调厂区门口夜间照明${script ? "三" : "四"}`);
    const text = "您反映的路灯已经安装完毕，从今晚起照明，欢迎继续监督。";
    await answer(stage, keys, text);
    const page = await stage.visit("/track", { script });
    await track(page, stage.demo.url, keys);
    assert.ok((await page.locator("#answer").innerText()).includes(text));
    assert.equal(await page.locator("#withdraw form").count(), 0, "an answered case is not taken back");
    if (script) await look(page, "public-answered");
    // Half a judgement is refused, and nothing chosen or typed is lost.
    const judgement = page.locator("#judge");
    await pick(page, "solved", "partly");
    await judgement.locator('textarea[name="comment"]').fill("灯亮了，北侧还有一盏不亮。");
    await judgement.locator(".form-end button").click();
    await page.getByRole("alert").first().waitFor();
    assert.ok(await page.locator('input[name="solved"][value="partly"]').isChecked());
    assert.equal(await judgement.locator('textarea[name="comment"]').inputValue(), "灯亮了，北侧还有一盏不亮。");
    if (script) await look(page, "public-judge-refused");
    await pick(page, "satisfied", "basically");
    await judgement.locator(".form-end button").click();
    await judgement.waitFor({ state: "detached" });
    await says(page, "已办结", keys.number);
    if (script) await look(page, "public-judged");
    // Once only: the case is closed for whoever comes again, and the office reads what was said.
    await track(page, stage.demo.url, keys);
    assert.equal(await page.locator("#judge form").count(), 0);
    const handler = await stage.enter("handler");
    await handler.goto(`${stage.demo.url}/appeals/${keys.id}`);
    await says(handler, "灯亮了，北侧还有一盏不亮。", "部分解决");
  });
}

test("the browser's own controls speak Chinese, whatever the browser speaks", async () => {
  const page = await stage.visit("/appeals/new", { locale: "en-US" });
  await says(page, "选择文件", "没有选择文件");
  const file = (name) => ({ name, mimeType: "text/plain", buffer: Buffer.from("说明") });
  await page.locator('input[type="file"]').setInputFiles(file("说明.txt"));
  await says(page, "说明.txt");
  await page.locator('input[type="file"]').setInputFiles([file("甲.txt"), file("乙.txt")]);
  await says(page, "已选 2 个：甲.txt、乙.txt");
  await page.goto(`${stage.demo.url}/duty`);
  const day = page.locator('input[type="date"]').first();
  await day.fill("2025-03-14");
  await day.blur();
  const shown = () => day.evaluate((input) => getComputedStyle(input, "::before").content);
  assert.equal(await shown(), '"2025-03-14"');
});

test("Enter in a field with suggestions picks one and sends nothing", async () => {
  const page = await stage.visit("/duty");
  const field = page.locator('input[name="association"]');
  const list = page.locator(".combo-list");
  for (const pause of [true, false]) {
    await field.fill("");
    await field.pressSequentially("餐饮");
    if (pause) await list.waitFor();
    // Also where the list is still on its way.
    await field.press("Enter");
    if (!pause) {
      await list.waitFor();
      await field.press("Enter");
    }
    await list.waitFor({ state: "hidden" });
    assert.match(await field.inputValue(), /餐饮.+会$/);
    assert.notEqual(await page.locator('input[name="association_id"]').inputValue(), "");
    assert.equal(new URL(page.url()).search, "", "the form was not sent");
  }
});
