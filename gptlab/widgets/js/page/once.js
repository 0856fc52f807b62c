/**
 * What `open` promised for a name, the first time that it was asked for. A promise that was broken is
 * forgotten, so that the next one who asks tries again.
 * @template T
 * @param {Map<string, Promise<T>>} known
 * @param {string} name
 * @param {(name: string) => Promise<T>} open
 */
export function once(known, name, open) {
  if (!known.has(name)) {
    const promise = open(name);
    promise.catch(() => known.delete(name));
    known.set(name, promise);
  }
  return known.get(name);
}
