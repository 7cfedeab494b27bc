// The association's secretary: hands in with what is known filled in, in three steps and four clicks; sees the own list.
import { test } from "node:test";
import { hand } from "../lib/hand.mjs";
import { look } from "../lib/looks.mjs";
import { setStage } from "../lib/stage.mjs";
import { fill, says } from "./parts.mjs";

const stage = setStage();

test("an appeal in three steps", async () => {
  const page = await stage.enter("association_secretary");
  await page.goto(`${stage.demo.url}/desk`);
  await look(page, "association-desk");
  const h = hand(page);
  await h.click(page.locator("main").getByRole("link", { name: "提交诉求" }).first());
  await says(page, "已为您带出", "餐饮");
  await look(page, "association-fill");
  await fill(page, { title: "会员单位反映冷链配送通行时段过短", text: "冷链车白天限行，夜间配送成本上升，请求适当放宽通行时段。" });
  await h.click(page.getByRole("button", { name: "下一步：核对" }));
  await h.click(page.getByRole("button", { name: "确认提交" }));
  await page.locator(".receipt-keys").waitFor();
  h.within(4);
  await look(page, "association-receipt");
});

test("the own list, the clock and the timeline of each", async () => {
  const page = await stage.enter("association_secretary");
  await page.goto(`${stage.demo.url}/my/appeals`);
  await says(page, "我的诉求");
  await look(page, "association-list");
  await page.locator("table a").first().click();
  await says(page, "办理过程");
  await look(page, "association-case");
});

test("the party secretary reads and does not act", async () => {
  const page = await stage.enter("association_party_secretary");
  await page.goto(`${stage.demo.url}/my/appeals`);
  await look(page, "party-secretary-list");
});
