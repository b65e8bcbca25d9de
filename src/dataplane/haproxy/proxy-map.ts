/**
 * A map of the proxy. `tree`: no order, each key means one thing. `list`: looked through in order, so that one new entry
 * means all of them anew.
 */
export interface ProxyMap {
  readonly type: 'tree' | 'list'
  /**
   * What it holds, in pieces that never change: the same object as in a plan before has the same entries. A key that
   * several have is of the same value in each.
   */
  readonly parts: ReadonlySet<ReadonlyMap<string, string>>
}

/** All of a map in one piece. */
export function entriesOf({ parts }: ProxyMap): ReadonlyMap<string, string> {
  const all = new Map<string, string>()
  for (const part of parts) for (const [key, value] of part) all.set(key, value)
  return all
}
