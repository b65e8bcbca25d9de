interface Step {
  readonly path: string
  /** The path with a slash at its end: what is in it by elements begins so. */
  readonly key: string
  readonly isWhole: boolean
}

/**
 * Goes to paths so that each comes behind the prefixes that it has by elements, and is one itself. `visit` is told what it
 * returned for the nearest of these.
 */
export function visitNested<T>(
  prefixes: Iterable<string>,
  wholes: Iterable<string>,
  visit: (path: string, isWhole: boolean, nearest: T | undefined) => T,
): void {
  const steps: readonly Step[] = [
    ...Array.from(prefixes, (path) => ({ path, key: path === '/' ? path : `${path}/`, isWhole: false })),
    ...Array.from(wholes, (path) => ({ path, key: `${path}/`, isWhole: true })),
  ].sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)))
  const around: { readonly key: string; readonly value: T }[] = []
  for (const { path, key, isWhole } of steps) {
    while (around.length > 0 && !key.startsWith(around.at(-1)!.key)) around.pop()
    const value = visit(path, isWhole, around.at(-1)?.value)
    if (!isWhole) around.push({ key, value })
  }
}
