import { NFTA_VERDICT_CHAIN, NFTA_VERDICT_CODE } from '../netlink/netfilter-numbers.ts'
import { LITTLE_ENDIAN, readString, viewOf } from '../netlink/netlink-message.ts'
import { NLA_TYPE_MASK } from '../netlink/netlink-numbers.ts'
import {
  NFTA_DATA_VALUE,
  NFTA_DATA_VERDICT,
  NFTA_SET_ELEM_DATA,
  NFTA_SET_ELEM_KEY,
  NFTA_SET_ELEM_KEY_END,
} from './element-numbers.ts'

/** One element of a dump. The bytes are views that are good until the visitor returns. */
export interface DumpedElement {
  readonly key: Uint8Array
  /** The end of a range, in sets of concatenated intervals. */
  readonly keyEnd: Uint8Array | undefined
  readonly data: Uint8Array | undefined
  /** Of a verdict map: the chain, or the bare verdict where there is none. */
  readonly verdict: { readonly code: number; readonly chain: string | undefined } | undefined
}

/** The elements of one message of a dump. Attributes are walked in place: a start reads a hundred thousand elements. */
export function* elementsOf(list: Uint8Array): Generator<DumpedElement> {
  const view = viewOf(list)
  const find = (from: number, to: number, wanted: number): readonly [from: number, to: number] | undefined => {
    for (let at = from; at + 4 <= to; ) {
      const length = view.getUint16(at, LITTLE_ENDIAN)
      if (length < 4) return undefined
      if ((view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK) === wanted) return [at + 4, at + length]
      at += (length + 3) & ~3
    }
    return undefined
  }
  for (let at = 0; at + 4 <= list.length; ) {
    const length = view.getUint16(at, LITTLE_ENDIAN)
    if (length < 4) return
    const [from, to] = [at + 4, at + length]
    at += (length + 3) & ~3
    const partOf = (type: number): Uint8Array | undefined => {
      const nested = find(from, to, type)
      const value = nested && find(...nested, NFTA_DATA_VALUE)
      return value && list.subarray(...value)
    }
    const key = partOf(NFTA_SET_ELEM_KEY)
    if (key === undefined) continue
    const data = find(from, to, NFTA_SET_ELEM_DATA)
    const verdict = data && find(...data, NFTA_DATA_VERDICT)
    const code = verdict && find(...verdict, NFTA_VERDICT_CODE)
    const chain = verdict && find(...verdict, NFTA_VERDICT_CHAIN)
    yield {
      key,
      keyEnd: partOf(NFTA_SET_ELEM_KEY_END),
      data: partOf(NFTA_SET_ELEM_DATA),
      verdict: code && { code: view.getInt32(code[0]), chain: chain && readString(list.subarray(...chain)) },
    }
  }
}
