import { NFTA_VERDICT_CHAIN, NFTA_VERDICT_CODE } from '../netlink/netfilter-numbers.ts'
import { LITTLE_ENDIAN, readString, viewOf } from '../netlink/netlink-message.ts'
import { NLA_TYPE_MASK } from '../netlink/netlink-numbers.ts'
import {
  NFT_SET_ELEM_INTERVAL_END,
  NFTA_DATA_VALUE,
  NFTA_DATA_VERDICT,
  NFTA_SET_ELEM_DATA,
  NFTA_SET_ELEM_EXPIRATION,
  NFTA_SET_ELEM_FLAGS,
  NFTA_SET_ELEM_KEY,
  NFTA_SET_ELEM_KEY_END,
  NFTA_SET_ELEM_TIMEOUT,
} from './element-numbers.ts'

/** One element of a dump. The bytes are views that are good until the visitor returns. */
export interface DumpedElement {
  readonly key: Uint8Array
  /** The end of a range, in sets of concatenated intervals. */
  readonly keyEnd: Uint8Array | undefined
  /** In sets of plain intervals an element is the start of a range, or this: the first address behind one. */
  readonly isEnd: boolean
  readonly data: Uint8Array | undefined
  /** Of a verdict map: the chain, or the bare verdict where there is none. */
  readonly verdict: { readonly code: number; readonly chain: string | undefined } | undefined
  /** Milliseconds that it has still to live, in sets whose elements expire. */
  readonly expiresIn: number | undefined
  /** Milliseconds that it lives after each renewal, where that is not the set's own timeout. */
  readonly timeout: number | undefined
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
    const milliseconds = (type: number): number | undefined => {
      const value = find(from, to, type)
      return value && Number(view.getBigUint64(value[0]))
    }
    const flags = find(from, to, NFTA_SET_ELEM_FLAGS)
    const data = find(from, to, NFTA_SET_ELEM_DATA)
    const verdict = data && find(...data, NFTA_DATA_VERDICT)
    const code = verdict && find(...verdict, NFTA_VERDICT_CODE)
    const chain = verdict && find(...verdict, NFTA_VERDICT_CHAIN)
    yield {
      key,
      keyEnd: partOf(NFTA_SET_ELEM_KEY_END),
      isEnd: flags !== undefined && (view.getUint32(flags[0]) & NFT_SET_ELEM_INTERVAL_END) !== 0,
      data: partOf(NFTA_SET_ELEM_DATA),
      verdict: code && { code: view.getInt32(code[0]), chain: chain && readString(list.subarray(...chain)) },
      expiresIn: milliseconds(NFTA_SET_ELEM_EXPIRATION),
      timeout: milliseconds(NFTA_SET_ELEM_TIMEOUT),
    }
  }
}
