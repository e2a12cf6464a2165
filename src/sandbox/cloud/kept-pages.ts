/** A page of a made-up repository takes longer to make than its client may take to read it. */
const mostPages = 256;

/** A list that may have changed is another object. */
const pagesOf = new WeakMap<object, Map<string, Buffer>>();

/** The JSON that `make` makes for an address, made once as long as the list that it shows stays the same. */
export function keptPage(list: object, { href }: URL, make: () => unknown): Buffer {
  const pages = pagesOf.get(list) ?? new Map<string, Buffer>();
  const page = pages.get(href) ?? Buffer.from(JSON.stringify(make()));
  pages.set(href, page);
  const [oldest] = pages.keys();
  if (pages.size > mostPages && oldest !== undefined) pages.delete(oldest);
  pagesOf.set(list, pages);
  return page;
}
