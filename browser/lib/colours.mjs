// A screenshot in at most 128 colours: pages have few, and a picture in a repository should weigh little.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = 8;
const COLOURS = 128;

/** The same picture with a palette of its commonest colours; a rarer one becomes the nearest of them. */
export function inFewColours(png) {
  const { width, height, pixels } = read(png);
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, COLOURS).map(([colour]) => colour);
  const places = new Map(palette.map((colour, place) => [colour, place]));
  const rows = Buffer.alloc((width + 1) * height);
  pixels.forEach((colour, i) => {
    if (!places.has(colour)) places.set(colour, nearest(palette, colour));
    rows[i + 1 + Math.floor(i / width)] = places.get(colour);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8);
  const chunks = [chunk("IHDR", head), chunk("PLTE", Buffer.from(palette.flatMap(parts))), chunk("IDAT", deflateSync(rows, { level: 9 }))];
  return Buffer.concat([png.subarray(0, SIGNATURE), ...chunks, chunk("IEND", Buffer.alloc(0))]);
}

const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function nearest(palette, colour) {
  const [r, g, b] = parts(colour);
  const apart = (other) => ((x) => (x[0] - r) ** 2 + (x[1] - g) ** 2 + (x[2] - b) ** 2)(parts(other));
  return palette.reduce((best, other, place) => (apart(other) < apart(palette[best]) ? place : best), 0);
}

function chunk(kind, body) {
  const named = Buffer.concat([Buffer.from(kind), body]);
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(body.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([size, named, sum]);
}

/** The pixels of what a browser writes: eight bits, red, green, blue and perhaps a fourth that is full everywhere. */
function read(png) {
  const bodies = { IDAT: [] };
  for (let at = SIGNATURE; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    (bodies[png.toString("latin1", at + 4, at + 8)] ??= []).push(body);
  }
  const [head] = bodies.IHDR;
  const [width, height, depth] = [head.readUInt32BE(0), head.readUInt32BE(4), head[9] === 6 ? 4 : 3];
  const [bytes, line] = [inflateSync(Buffer.concat(bodies.IDAT)), width * depth];
  const pixels = [];
  let above = Buffer.alloc(line);
  for (let y = 0; y < height; y += 1) {
    const start = y * (line + 1);
    const row = unfiltered(bytes[start], bytes.subarray(start + 1, start + 1 + line), above, depth);
    for (let x = 0; x < line; x += depth) pixels.push((row[x] << 16) | (row[x + 1] << 8) | row[x + 2]);
    above = row;
  }
  return { width, height, pixels };
}

/** A line as it was before it was written as differences from the pixels left of it and above. */
function unfiltered(kind, line, above, depth) {
  const row = Buffer.alloc(line.length);
  line.forEach((byte, x) => {
    const [left, up, corner] = [row[x - depth] ?? 0, above[x], above[x - depth] ?? 0];
    const guess = left + up - corner;
    const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
    const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
    row[x] = byte + [0, left, up, (left + up) >> 1, paeth][kind];
  });
  return row;
}
