/** Acts for each, one after the other, whatever becomes of those before. Gives what failed. */
export const tryEach = async <T>(
  all: Iterable<T>,
  act: (one: T) => Promise<void>,
): Promise<readonly { readonly error: unknown }[]> => {
  const failed: { readonly error: unknown }[] = []
  for (const one of all)
    await act(one).catch((error: unknown) => {
      failed.push({ error })
    })
  return failed
}
