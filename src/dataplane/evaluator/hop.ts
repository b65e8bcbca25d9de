import type { HookName } from '../nftables/rule.ts'

/** A rule that matched: at which hook, where it stands, and which element of which set decided, if one did. */
export interface Hop {
  readonly hook: HookName
  readonly chain: string
  readonly rule: number
  readonly set?: string
  readonly key?: string
}
