// Every page of the product with an address at which it can be seen in the demo city, and a round through all of them.
import assert from "node:assert/strict";
import { look } from "./looks.mjs";
import { pages } from "./routes.mjs";

/** What the addresses are put together from; gathered once, as the roles that may. */
export async function gather(stage) {
  const admin = await stage.enter("system_admin");
  await admin.goto(`${stage.demo.url}/admin/users?q=${stage.demo.account("handler").login}`);
  const user = idIn(await admin.locator('main table a[href^="/admin/users/usr_"]').first().getAttribute("href"), "usr");
  await admin.goto(`${stage.demo.url}/admin/users/${user}`);
  const post = idIn(await admin.locator('a[href^="/admin/posts/"]').first().getAttribute("href"), "pst");
  await admin.context().close();
  const auditor = await stage.enter("auditor");
  await auditor.goto(`${stage.demo.url}/admin/journal?act=appeal.dispatch`);
  const entry = idIn(await auditor.locator('main table a[href^="/admin/journal/"]').first().getAttribute("href"), "jrn");
  await auditor.context().close();
  const public_ = await stage.visit("/orgs");
  const association = idIn(await public_.locator('main a[href^="/orgs/asc_"]').first().getAttribute("href"), "asc");
  await public_.context().close();
  return { user, post, entry, association };
}

function idIn(href, prefix) {
  const found = href?.match(new RegExp(`(?:${prefix})_[0-9a-z]+`));
  if (!found) throw new Error(`no id of ${prefix} in ${href}`);
  return found[0];
}

/** A case within the reader's reach, of these states in turn; undefined where there is none. */
async function caseIn(page, origin, states) {
  for (const state of states) {
    const answer = await page.request.get(`${origin}/api/v1/appeals?state=${state}&page_size=1`);
    if (!answer.ok()) return undefined;
    const { items } = await answer.json();
    if (items.length > 0) return items[0].id;
  }
  return undefined;
}

const ANY = ["handling", "signed", "dispatched", "replied", "answered", "accepted", "submitted", "closed"];
const act = (key, ...states) => [
  `/appeals/{id}/${key}`,
  async (page, origin) => {
    const id = (await caseIn(page, origin, states)) ?? (await caseIn(page, origin, ANY));
    return id ? [`/appeals/${id}/${key}`] : [];
  },
];
const plain = (...addresses) => async () => addresses;

/** Route → addresses for a reader: `(page, origin, known) => [address…]`; with its full, filtered and empty faces. */
export const EVERY_PAGE = new Map([
  ["/", plain("/")],
  ["/login", plain("/login")],
  ["/invitation/{secret}", plain("/invitation/none")],
  ["/orgs", plain("/orgs", "/orgs?q=没有这一家")],
  ["/orgs/{id}", async (_page, _origin, known) => [`/orgs/${known.association}`]],
  ["/duty", async (_page, _origin, known) => ["/duty", `/duty?association_id=${known.association}`, "/duty?association=没有这一家"]],
  ["/track", plain("/track")],
  ["/appeals/new", plain("/appeals/new")],
  ["/appeals/done", plain("/appeals/done")],
  ["/desk", plain("/desk")],
  ["/notices", plain("/notices")],
  ["/me", plain("/me")],
  ["/me/password", plain("/me/password")],
  ["/my/appeals", plain("/my/appeals", "/my/appeals?q=没有这一件")],
  [
    "/my/appeals/{id}",
    async (page, origin) => {
      const seen = [];
      for (const state of ["answered", "handling", "closed"]) {
        const id = await caseIn(page, origin, [state]);
        if (id) seen.push(`/my/appeals/${id}`);
      }
      return seen;
    },
  ],
  ["/appeals", plain("/appeals", "/appeals?queue=all", "/appeals?queue=all&q=没有这一件")],
  ["/appeals/register", plain("/appeals/register")],
  [
    "/appeals/{id}",
    async (page, origin) => {
      const seen = [];
      for (const state of ["submitted", "handling", "closed"]) {
        const id = await caseIn(page, origin, [state]);
        if (id) seen.push(`/appeals/${id}`);
      }
      return seen;
    },
  ],
  act("verify", "submitted"),
  act("accept", "submitted"),
  act("decline", "submitted"),
  act("classify", "accepted"),
  act("dispatch", "accepted", "signed"),
  act("sign", "dispatched"),
  act("assign", "signed", "handling"),
  act("contact", "signed", "handling"),
  act("note", "handling", "signed"),
  act("reply", "handling", "signed"),
  act("review", "replied"),
  act("send", "replied"),
  ["/admin/users", plain("/admin/users", "/admin/users?q=没有这个人")],
  ["/admin/users/new", plain("/admin/users/new")],
  ["/admin/users/{id}", async (_page, _origin, known) => [`/admin/users/${known.user}`]],
  ["/admin/users/{id}/disable", async (_page, _origin, known) => [`/admin/users/${known.user}/disable`]],
  ["/admin/users/{id}/password", async (_page, _origin, known) => [`/admin/users/${known.user}/password`]],
  ["/admin/users/{id}/posts/new", async (_page, _origin, known) => [`/admin/users/${known.user}/posts/new`]],
  ["/admin/posts/{id}/end", async (_page, _origin, known) => [`/admin/posts/${known.post}/end`]],
  ["/admin/units", plain("/admin/units", "/admin/units?q=没有这个单位")],
  ["/admin/permissions", plain("/admin/permissions")],
  ["/admin/clock", plain("/admin/clock")],
  ["/admin/access", plain("/admin/access", "/admin/access?subject=没有这条记录")],
  ["/admin/journal", plain("/admin/journal", "/admin/journal?act=post.grant", "/admin/journal?actor=没有这个人")],
  ["/admin/journal/{id}", async (_page, _origin, known) => [`/admin/journal/${known.entry}`]],
  ["/admin/pack", plain("/admin/pack", "/admin/pack?q=没有这一项")],
  ["/admin/dispatch-models", plain("/admin/dispatch-models")],
]);

/** The addresses that definitions of the pack bring: each is known by the page on which one of its matters begins. */
const DEFINED = new Set(pages().map(({ path }) => path.match(/^(\/[a-z-]+)\/\{id\}\/history$/)?.[1]).filter(Boolean));

/** Matters of a definition within the reader's reach, each with the acts that can be done now; asked once a reader. */
const reached = new WeakMap();
async function mattersOf(page, origin, base) {
  if (!reached.has(page)) reached.set(page, new Map());
  const known = reached.get(page);
  if (!known.has(base)) {
    const answer = await page.request.get(`${origin}/api/v1${base}?page_size=20`);
    const items = answer.ok() ? (await answer.json()).items : [];
    const acts = async ({ id }) => (await (await page.request.get(`${origin}/api/v1${base}/${id}/acts`)).json());
    const allowed = async (item) => ({ id: item.id, acts: (await acts(item)).filter((one) => one.allowed).map((one) => one.act) });
    known.set(base, await Promise.all(items.map(allowed)));
  }
  return known.get(base);
}

for (const { path } of pages()) {
  const base = [...DEFINED].find((one) => path === one || path.startsWith(`${one}/`));
  if (!base) continue;
  const tail = path.slice(base.length);
  if (tail === "") EVERY_PAGE.set(path, plain(base, `${base}?queue=all`, `${base}?queue=all&q=没有这一件`));
  else if (tail.startsWith("/new/") || tail.endsWith("/import")) EVERY_PAGE.set(path, plain(path));
  // Files, and what a file that was brought became: the journey of registers looks at those.
  else if (/\/(export\.|import\/)/.test(tail)) EVERY_PAGE.set(path, plain());
  else {
    EVERY_PAGE.set(path, async (page, origin) => {
      const act = tail.slice("/{id}/".length);
      const fits = ({ acts }) => tail === "/{id}" || act === "history" || acts.includes(act);
      const matter = (await mattersOf(page, origin, base)).find(fits);
      return matter ? [path.replace("{id}", matter.id)] : [];
    });
  }
}

/** Routes of the table that show nothing to people. */
export const NO_PAGES = new Set(["/appeals/{id}/identity", "/metrics", "/api/openapi.json"]);

/** Pages that say the same to everybody. */
const OPEN_TO_ALL = new Set(["/", "/orgs", "/orgs/{id}", "/duty", "/track", "/login", "/invitation/{secret}"]);

/** Roles held outside the office, and inside. */
export const OUTSIDE = ["association_secretary", "association_party_secretary", "company_contact"];
export const INSIDE = [
  "intake",
  "handler",
  "unit_leader",
  "supervisor",
  "city_leader",
  "auditor",
  "registrar",
  "association_officer",
  "association_head",
  "policy_admin",
  "system_admin",
];

/** Looks at each page that the reader may open; answers how many there were. What is refused is looked at once. */
export async function lookRound(page, origin, known, name) {
  const seen = new Set();
  let refused = false;
  for (const [route, addresses] of EVERY_PAGE) {
    for (const address of await addresses(page, origin, known)) {
      const answer = await page.goto(origin + address);
      const landed = new URL(page.url()).pathname;
      const status = answer.status();
      assert.ok([200, 403, 404, 422].includes(status), `${name} ${address}: ${status}`);
      if (status === 403) {
        if (refused) continue;
        refused = true;
      }
      const asked = landed === "/login" ? landed : landed + new URL(page.url()).search;
      const face = status === 200 ? asked : `${status}`;
      if (seen.has(face)) continue;
      seen.add(face);
      // Public pages look alike to all staff; one picture of each will do.
      const picture = !OPEN_TO_ALL.has(route) || name === "every-public";
      const file = `${name}${route.replace(/[{}]/g, "").replace(/\//g, "-")}${seen.size}`;
      await look(page, file, { picture });
    }
  }
  return seen.size;
}
