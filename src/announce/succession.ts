/**
 * Who answers for an address, and who comes after: every node decides for itself, from what all of them see alike. Times
 * are in milliseconds.
 */

/** A holder that answered is asked so often by those who would follow, */
export const PROBE_EVERY = 400
/** and is gone when it has been silent for so long. The second in line waits longer, so that one moves, not both. */
const SILENCE = 1600
const SILENCE_STEP = 1000
/** One that was never heard may be out of our hearing: it is left to the API to say that it is gone, for some time. */
export const UNHEARD = 10_000
const UNHEARD_MOST = 600_000
/** Of an address that nobody holds: those further back in line wait so much longer, each. */
const STEP = 500
const STEP_MOST = 5000
/** Who takes one that nobody holds listens first for another that answers (RFC 5227, 2.1.1, shortened). */
const LISTEN = 900
/** As many would follow at once. */
const SUCCESSORS = 2

/** One address, as one node sees it. */
export interface Contest {
  readonly amFit: boolean
  /** Somebody may answer for it. */
  readonly hasFit: boolean
  /** How many come before this node among the fit, the holder left out: see `placeInLine()`. */
  readonly place: number
  /** By the Lease; absent: nobody. */
  readonly holder: { readonly isMe: boolean; readonly isFit: boolean } | undefined
  /** Since when all that is as it is. */
  readonly since: number
  /** When another was last heard to answer for the address on the link, since then. */
  readonly heardAt: number | undefined
  /** Since when it has been asked there; undefined: it is not. */
  readonly askedSince: number | undefined
  /**
   * This node hears others on the link, and was not itself thought to be gone by them: else silence says nothing of those
   * whom it has never heard.
   */
  readonly canJudge: boolean
  /** How often this node has taken it from somebody whom it never heard. */
  readonly unheardTakes: number
}

export type Move =
  /** It is ours: answer. */
  | 'hold'
  /** It is ours by the Lease and must not be any more, and nobody may follow. */
  | 'release'
  /** Write the Lease now. */
  | 'take'
  /** Ask on the link whether somebody answers. */
  | 'watch'
  | 'rest'

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let state = 0x811c9dc5
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  return state
}

/** Of a node for an address; names that differ by one digit are to be far apart (MurmurHash3's last step). */
const rank = (address: number, name: string): number => {
  let state = Math.imul(hash(name), 0x9e3779b1) ^ address
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}

/** How many come before `me` in the line of an address (rendezvous hashing): 0 is the first. `but` is not in it. */
export const placeInLine = (
  address: string,
  me: string,
  among: Iterable<string>,
  weights?: ReadonlyMap<string, number>,
  but?: string,
): number => {
  const seed = hash(address)
  const mine = [weights?.get(me) ?? 0, rank(seed, me)] as const
  let before = 0
  for (const other of among) {
    if (other === me || other === but) continue
    const weight = weights?.get(other) ?? 0
    const number = rank(seed, other)
    if (weight > mine[0] || (weight === mine[0] && (number < mine[1] || (number === mine[1] && other < me)))) before++
  }
  return before
}

/** What this node does about the address now. */
export const nextMove = (contest: Contest, now: number): Move => {
  const { amFit, hasFit, holder, place, since } = contest
  // Until somebody has followed, who holds it goes on: an address that nobody answers for helps nobody.
  if (holder?.isMe) return hasFit ? 'hold' : 'release'
  if (!amFit) return 'rest'
  const isMyTurn = now - since >= Math.min(place * STEP, STEP_MOST)
  if (holder === undefined) return isMyTurn ? fromNobody(contest, now) : 'rest'
  if (!holder.isFit) return isMyTurn ? 'take' : 'rest'
  if (place >= SUCCESSORS) return 'rest'
  return isGone(contest, now) ? 'take' : 'watch'
}

const fromNobody = ({ heardAt, askedSince }: Contest, now: number): Move => {
  if (askedSince === undefined || now - askedSince < LISTEN) return 'watch'
  // Another balancer answers: two would take turns with every question.
  return heardAt !== undefined && now - heardAt < SILENCE ? 'watch' : 'take'
}

const isGone = ({ heardAt, askedSince, canJudge, unheardTakes, place }: Contest, now: number): boolean => {
  if (askedSince === undefined) return false
  if (heardAt !== undefined) return now - heardAt >= SILENCE + place * SILENCE_STEP
  return canJudge && now - askedSince >= Math.min(UNHEARD * 2 ** unheardTakes, UNHEARD_MOST) * (place + 1)
}
