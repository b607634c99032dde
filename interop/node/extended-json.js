// JavaScript values without a JSON form, as objects with a single key:
//   {"$binary":"<base64>"}  {"$date":"<ISO 8601>"}  {"$undefined":true}  {"$float":"NaN"|"Infinity"|"-Infinity"|"-0"}
//   {"$escape":{…}}  an object with such a single key
const readers = {
  $binary: (base64) => Buffer.from(base64, "base64"),
  $date: (iso) => new Date(iso),
  $undefined: () => undefined,
  $float: Number,
  $escape: (object) => mapValues(object, unpack),
};

export function pack(value) {
  if (value === undefined) return { $undefined: true };
  if (typeof value === "number") return packNumber(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? "" : value.toISOString() };
  if (value instanceof ArrayBuffer) return { $binary: Buffer.from(value).toString("base64") };
  if (ArrayBuffer.isView(value)) {
    return { $binary: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  }
  if (Array.isArray(value)) return value.map(pack);
  const object = mapValues(value, pack);
  return readerOf(value) ? { $escape: object } : object;
}

export function unpack(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unpack);
  const read = readerOf(value);
  return read ? read(Object.values(value)[0]) : mapValues(value, unpack);
}

function packNumber(number) {
  if (Object.is(number, -0)) return { $float: "-0" };
  return Number.isFinite(number) ? number : { $float: String(number) };
}

function readerOf(object) {
  const [key, ...others] = Object.keys(object);
  return others.length === 0 && Object.hasOwn(readers, key ?? "") ? readers[key] : undefined;
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
