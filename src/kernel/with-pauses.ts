/**
 * What a source gives, and null whenever it gave nothing for `pauseMs`. Closes the source when the reader leaves; a
 * source that gives nothing then has to be ended by a signal of its own.
 */
export async function* withPauses<T>(
  source: AsyncIterable<T>,
  pauseMs: number,
): AsyncGenerator<T | null, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    for (;;) {
      const pause = Promise.withResolvers<null>();
      const timer = setTimeout(() => pause.resolve(null), pauseMs);
      const result = await Promise.race([next, pause.promise]).finally(() => clearTimeout(timer));
      if (result?.done) return;
      yield result ? result.value : null;
      if (result) next = iterator.next();
    }
  } finally {
    await iterator.return?.();
  }
}
