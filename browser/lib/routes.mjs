// The route table as the product writes it: docs/generated/routes.txt, which a test of the server keeps true.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const TABLE = join(import.meta.dirname, "../../docs/generated/routes.txt");

/** Addresses of every page that can be opened: `{ path, act }`. */
export function pages() {
  const rows = readFileSync(TABLE, "utf8").split("\n").map((line) => line.trim().split(/\s+/));
  return rows.filter(([, method, , face]) => method === "GET" && face === "page").map(([path, , act]) => ({ path, act }));
}
