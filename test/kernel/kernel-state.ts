import { decodeElement } from '#dataplane/nftables/decode.ts'
import { TABLE, TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { sets } from '#dataplane/nftables/ruleset/sets.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { normalise, type RawElement } from '../property/normalise.ts'

/** All elements that the kernel holds of ours, in its own bytes. */
export function rawState(nftables: Nftables): readonly string[] {
  const lines: string[] = []
  for (const family of TABLE_FAMILIES)
    for (const { name } of sets)
      nftables.dump(family, TABLE, name, ({ key, keyEnd, data, verdict }) => {
        const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')
        lines.push(`${family} ${name} ${hex(key)} ${hex(keyEnd)} ${hex(data)} ${verdict?.chain ?? verdict?.code ?? ''}`)
      })
  return lines.sort()
}

/**
 * The same, with numbers replaced by what they stand for. Ranges are the node's facts, which are constant, and left out:
 * nft puts an end before all of them when it first adds one.
 */
export function kernelState(nftables: Nftables): readonly string[] {
  const elements: RawElement[] = []
  const kinds = new Map<number, string>()
  for (const family of TABLE_FAMILIES)
    for (const { name, interval, owner } of sets) {
      if (interval === true || owner === 'packets') continue
      nftables.dump(family, TABLE, name, ({ key, keyEnd, data, verdict }) => {
        const { key: fields, data: values = [] } = decodeElement(family, name, key, keyEnd, data)
        if (name === 'kinds') kinds.set(Number(fields[0]), verdict?.chain ?? `verdict ${verdict?.code}`)
        else elements.push({ family, set: name, key: fields, data: values })
      })
    }
  return normalise(elements, kinds)
}
