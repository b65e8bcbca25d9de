import { ApiError, type Client } from '../client.ts'

/** A server that lacks it may be another's turn, or be upgraded: it is asked again after so long, milliseconds. */
const REMEMBERED = 3_600_000
/** So many streams that end in the middle are as good as a refusal. */
const MOST_ENDS = 3

interface Memory {
  ends: number
  /** When it was refused. */
  at: number
}

const memories = new WeakMap<Client, Memory>()

/** Whether first states come by a watch, for all that is known of who answers. */
export const takesWatchList = (client: Client, now: number): boolean => {
  if (!client.remote?.watchList) return false
  const memory = memories.get(client)
  return memory === undefined || memory.ends < MOST_ENDS || now - memory.at > REMEMBERED
}

/** `refused`: the server does not know it, or has it switched off. `ended`: the stream was over before its end was told. */
export const refuseWatchList = (client: Client, now: number, how: 'refused' | 'ended'): void => {
  const { ends } = memories.get(client) ?? { ends: 0 }
  memories.set(client, { ends: how === 'refused' ? MOST_ENDS : (ends % MOST_ENDS) + 1, at: now })
}

/** A server without it calls its parameters invalid, or wrong; as one does of which they are merely unknown to a proxy. */
export const isRefused = (error: unknown): boolean =>
  error instanceof ApiError && (error.status.code === 400 || error.status.code === 422)
