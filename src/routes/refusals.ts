import type { ConfigMap } from '#api/core/configmap/message.ts'

/**
 * What the proxies of one pod do not take, as the pod writes it under its own name into the ConfigMap of the data plane:
 * words by ids, in JSON.
 */
export const refusalsText = (refusals: ReadonlyMap<string, string>): string =>
  JSON.stringify(Object.fromEntries([...refusals].sort(([a], [b]) => (a < b ? -1 : 1))))

/** What the pods of which `isPod` holds have written there. What cannot be read says nothing. */
export const readRefusals = (
  configMap: ConfigMap | undefined,
  isPod: (name: string) => boolean,
): ReadonlyMap<string, string> => {
  const all = new Map<string, string>()
  for (const [pod, text] of Object.entries(configMap?.data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (isPod(pod)) for (const [id, words] of entriesOf(text)) if (!all.has(id)) all.set(id, words)
  return all
}

const entriesOf = (text: string): readonly (readonly [id: string, words: string])[] => {
  try {
    const said: unknown = JSON.parse(text)
    if (typeof said !== 'object' || said === null) return []
    return Object.entries(said).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  } catch {
    return []
  }
}
